export { planLogs } from './plan-logs.ts';
export { createRouting, type Routing } from './routing.ts';
