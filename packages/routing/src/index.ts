export { compileWhere } from './compile-where.ts';
export { type JudgedMessage, type MessageView, type ViewDeps, viewOf } from './message-view.ts';
export { planLogs } from './plan-logs.ts';
export { createRouting, type Routing, type RoutingDeps } from './routing.ts';
