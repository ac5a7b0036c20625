import { type Delivery, type EntryId, none } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { logKey } from './keys.ts';

/** Whose pending deliveries are meant: one consumer's, of one cursor. */
export interface Owner {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly consumer: string;
}

/** What nobody has refreshed for so long, in ms, has lost its worker. */
export const abandonedAfterMs = 15_000;
/** Idle time given to deliveries that are handed back: anybody may claim them at once. */
const handedBackMs = 24 * 60 * 60 * 1000;

/** Takes over at most `count` pending deliveries whose worker has gone silent. */
export async function claimAbandoned(
  redis: RedisConnection,
  { endpoint, subscriber, consumer }: Owner,
  count: number,
): Promise<Delivery[]> {
  const [, entries] = (await redis.callBuffer(
    'XAUTOCLAIM',
    logKey(endpoint),
    subscriber,
    consumer,
    abandonedAfterMs,
    '0-0',
    'COUNT',
    count,
  )) as [Buffer, RawEntry[]];
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
