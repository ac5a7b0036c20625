export { compileWhere } from './compile-where.ts';
export {
  type Fingerprint,
  fingerprintsOf,
  type Printed,
  readFingerprints,
  type Trace,
} from './fingerprints.ts';
export { type Decode, type JudgedMessage, type MessageView, viewOf } from './message-view.ts';
export { planLogs } from './plan-logs.ts';
export { createRouting, type Routing, type RoutingDeps } from './routing.ts';
