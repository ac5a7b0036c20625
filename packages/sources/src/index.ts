export { createSource } from './create-source.ts';
export { type BodySource, createUnknownSource, jsonPayload } from './payload.ts';
