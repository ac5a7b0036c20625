export { createSource } from './create-source.ts';
export { jsonPayload } from './payload.ts';
