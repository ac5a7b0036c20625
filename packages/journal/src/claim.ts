import { type Delivery, type EntryId, none } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/** Whose pending deliveries are meant: one consumer's, of one cursor. */
export interface Owner {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly consumer: string;
}

/** What nobody has refreshed for so long, in ms, has lost its worker. */
export const abandonedAfterMs = 15_000;
/** Idle time given to deliveries that are handed back: anybody may claim them at once. */
export const handedBackMs = 24 * 60 * 60 * 1000;

export interface Claiming {
  readonly count: number;
  /** What this consumer carries: it is not taken from itself. */
  readonly carried: ReadonlySet<EntryId>;
  /** Also what another consumer has not refreshed for `abandonedAfterMs`. */
  readonly abandoned: boolean;
}

/**
 * Takes at most `count` pending deliveries that nobody carries: first this consumer's own, whose reply was lost with its
 * connection. Must not run while a read of this cursor is under way: its deliveries would look as if they had been lost.
 */
export async function claim(
  run: RunScript,
  { endpoint, subscriber, consumer }: Owner,
  { count, carried, abandoned }: Claiming,
): Promise<Delivery[]> {
  const silence = abandoned ? abandonedAfterMs : '';
  const entries = (await run(
    'relayClaim',
    [logKey(endpoint)],
    [subscriber, consumer, count, silence, ...carried],
  )) as RawEntry[];
  return entries.map((raw) => ({ ...decodeEntry(endpoint, raw), subscriber, attempts: none }));
}

/** Says of pending deliveries that their worker is still at it. Those that are not pending any more stay as they are. */
export async function refresh(
  redis: RedisConnection,
  { endpoint, subscriber, consumer }: Owner,
  entries: readonly EntryId[],
): Promise<void> {
  await redis.call('XCLAIM', logKey(endpoint), subscriber, consumer, 0, ...entries, 'JUSTID');
}

/** Leaves pending deliveries to whoever claims next. */
export async function handBack(
  redis: RedisConnection,
  { endpoint, subscriber, consumer }: Owner,
  entries: readonly EntryId[],
): Promise<void> {
  await redis.call('XCLAIM', logKey(endpoint), subscriber, consumer, 0, ...entries, 'IDLE', handedBackMs, 'JUSTID');
}
