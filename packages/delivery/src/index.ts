export { createDelivery, type DeliveryOptions, type HttpDelivery } from './create-delivery.ts';
export { createGuard } from './guard.ts';
export type { Payload } from './headers.ts';
export { type LastAttempt, nextStep } from './next-step.ts';
