export { type Audit, type Audited, createAudit, type DeepLook, type Sums } from './audit.ts';
export type { LeftKeys } from './audit-keys.ts';
export type { OpenEntry } from './audit-left.ts';
export { createBell } from './bell.ts';
export { type BrokenLog, BrokenLogError } from './broken-log.ts';
export { abandonedAfterMs } from './claim.ts';
export { connectFast, connectPatient, type RedisConnection } from './connect.ts';
export { type AuditKind, type Finding, findingKinds, noteKinds } from './finding.ts';
export { createJournal, type Journal, type JournalOptions, type Trimmed } from './journal.ts';
export { type Keeping, NotKeptError, outageMs, UnknownLogError } from './keep.ts';
export { type Memory, memoryCeiling, memoryRoomy } from './memory.ts';
export { NodeAwayError } from './reachability.ts';
export {
  connectionLost,
  describeNodeTrouble,
  describeTrouble,
  isRedisTrouble,
  warnOfEviction,
} from './redis-trouble.ts';
export type { DeliveryStory, Story } from './story.ts';
