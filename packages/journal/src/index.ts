export { createBell } from './bell.ts';
export { type BrokenLog, BrokenLogError } from './broken-log.ts';
export { abandonedAfterMs } from './claim.ts';
export { connectFast, connectPatient, type RedisConnection } from './connect.ts';
export { createJournal, type Journal, type Trimmed } from './journal.ts';
export { type Keeping, NotKeptError, UnknownLogError } from './keep.ts';
export { type Memory, memoryCeiling } from './memory.ts';
export { connectionLost, describeNodeTrouble, describeTrouble, warnOfEviction } from './redis-trouble.ts';
export type { DeliveryStory, Story } from './story.ts';
