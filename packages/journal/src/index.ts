export type { Returned } from './apply.ts';
export { type Audit, type Audited, createAudit, type DeepLook, type Sums } from './audit.ts';
export type { LeftKeys } from './audit-keys.ts';
export type { OpenEntry } from './audit-left.ts';
export { createBell } from './bell.ts';
export { type BrokenLog, BrokenLogError } from './broken-log.ts';
export { abandonedAfterMs } from './claim.ts';
export { connectFast, connectPatient, type RedisConnection } from './connect.ts';
export type { Pruned } from './cursors.ts';
export {
  createDeadLetters,
  type DeadLetter,
  type DeadLetters,
  type LetterId,
  type ReplayedLetter,
} from './dead-letters.ts';
export { type AuditKind, type Finding, findingKinds, noteKinds } from './finding.ts';
export type { InForce } from './in-force.ts';
export { createJournal, type Journal, type JournalOptions, type Trimmed } from './journal.ts';
export { type Keeping, NotKeptError, outageMs, UnknownLogError } from './keep.ts';
export { type Leading, type Led, leaseMs, type Unsettled } from './lease.ts';
export { type Memory, memoryCeiling, memoryRoomy } from './memory.ts';
export { NoCursorError } from './no-cursor.ts';
export { createPresence, type Presence } from './presence.ts';
export { NodeAwayError } from './reachability.ts';
export { connectionLost, describeNodeTrouble, describeTrouble, isRedisTrouble } from './redis-trouble.ts';
export { createRedisWarnings } from './redis-warnings.ts';
export type { Course, ReplayCounts, ReplayPlan } from './replay-course.ts';
export { createReplays, type LogMessage, ReplayMovedError, type Replays } from './replays.ts';
export { createSkip, type Skip, type Skipped } from './skip.ts';
export type { DeliveryStory, Story } from './story.ts';
