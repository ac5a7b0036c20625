export { adoptConsole } from './adopt-console.ts';
export { createDampedLog, type DampedLog } from './damped-log.ts';
export { createIngestMetrics, type IngestMetrics } from './ingest-metrics.ts';
export { describeListenError } from './listen-error.ts';
export { createLog, type LogOptions } from './log.ts';
export { createOperations, type Operations, type OperationsOptions, type Readiness } from './operations.ts';
export type { ServiceMetrics } from './service-metrics.ts';
export { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts';
