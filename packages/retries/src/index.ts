export { type Alarm, createRetries, type Retries } from './retries.ts';
