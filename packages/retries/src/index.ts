export { type Alarm, alarmId, createRetries, type Retries } from './retries.ts';
