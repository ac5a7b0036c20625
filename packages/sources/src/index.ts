export { binaryCloudEvent, structuredCloudEvent } from './cloud-event.ts';
export { createSource } from './create-source.ts';
export { jsonPayload } from './payload.ts';
