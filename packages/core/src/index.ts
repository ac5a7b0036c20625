export type { Auth, Breaker, ClientTls, Network, Rate, SignedForSubscriber, Signing } from './calling.ts';
export type { CursorStanding, EndpointStanding } from './cursor-standing.ts';
export { type Attempts, type Delivery, generationOf, type Ledger, none, type Settlement } from './delivery.ts';
export {
  type CallbackHash,
  type Credentials,
  type Endpoint,
  type FactPlace,
  type FromUsername,
  type Hmac,
  type NamedSecret,
  type Naming,
  type SignedPart,
  type SignedTimestamp,
  type SourceName,
  sourceNames,
  type Verify,
} from './endpoint.ts';
export { type Hold, type HoldReason, holdReasons } from './hold.ts';
export { ledgerDifference } from './ledger-difference.ts';
export type { CursorPlan, LogPlan } from './log-plan.ts';
export type { Device, Facts, KeptMessage, Message } from './message.ts';
export { compareEntries, type EntryId, type MessageId, type MessagePlace, messageId, placeOf } from './message-id.ts';
export { type GiveUpReason, giveUpReasons, type NextStep, type Outcome, outcomeKinds, outcomeWord } from './outcome.ts';
export type {
  Copies,
  RedisBehindSentinels,
  RedisCluster,
  RedisNode,
  RedisPlace,
  RedisPlan,
  SingleRedis,
} from './redis-plan.ts';
export { type Refusal, type RefusalCode, refusals } from './refusal.ts';
export type {
  Answer,
  CreateSource,
  Decoded,
  GuardedSource,
  Reading,
  Received,
  RequestHead,
  Source,
} from './source.ts';
export { type Standing, standingOf } from './standing.ts';
export type { From, RetryPolicy, StatusRange, Subscriber } from './subscriber.ts';
export type { Condition, Scalar, Subject, Where } from './where.ts';
