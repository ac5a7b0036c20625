import { type Delivery, none } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { logKey } from './keys.ts';

type RawStreams = readonly (readonly [key: Buffer, entries: readonly RawEntry[]])[];

/**
 * Moves a subscriber's cursor over at most `count` unread messages of each of these endpoints and makes them pending
 * deliveries of this consumer. Rejects with a NOGROUP reply when one of the cursors is missing.
 */
export async function readUnread(
  redis: RedisConnection,
  {
    consumer,
    subscriber,
    endpoints,
    count,
  }: { consumer: string; subscriber: string; endpoints: readonly string[]; count: number },
): Promise<Delivery[]> {
  const keys = endpoints.map(logKey);
  const streams = (await redis.callBuffer(
    'XREADGROUP',
    'GROUP',
    subscriber,
    consumer,
    'COUNT',
    count,
    'STREAMS',
    ...keys,
    ...keys.map(() => '>'),
  )) as RawStreams | null;
  return (streams ?? []).flatMap(([key, entries]) => {
    const endpoint = endpoints[keys.indexOf(key.toString())] ?? '';
    return entries.map((raw) => ({ ...decodeEntry(endpoint, raw), subscriber, attempts: none }));
  });
}

/** The cursor is missing: Redis lost its memory, or somebody deleted the group. */
export function isMissingCursor(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOGROUP');
}
