import {
  type Attempts,
  compareEntries,
  type EntryId,
  type GiveUpReason,
  type KeptMessage,
  none,
  placeOf,
} from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { fieldsOf } from './entry.ts';
import { logKey, recordKey } from './keys.ts';
import { readMessage } from './open.ts';
import { decodeRecord } from './record.ts';

/** One message and what became of it at each subscriber. */
export interface Story {
  /** Undefined once the log was trimmed past it. */
  readonly message: KeptMessage | undefined;
  readonly deliveries: readonly DeliveryStory[];
}

/** `settled` says that it is over and no record tells how: it was skipped, or its record has expired. */
export interface DeliveryStory {
  readonly subscriber: string;
  readonly state: 'waiting' | 'pending' | 'open' | 'delivered' | 'dead' | 'discarded' | 'settled';
  readonly attempts: Attempts;
  /** Epoch ms of the latest outcome. */
  readonly lastAt?: number;
  /** Epoch ms of the next attempt. */
  readonly dueAt?: number;
  /** Why it was given up. */
  readonly reason?: GiveUpReason;
}

interface Group {
  readonly subscriber: string;
  readonly lastRead: EntryId;
}

/** Undefined for an id that no message of this Redis has. */
export async function readStory(redis: RedisConnection, id: string): Promise<Story | undefined> {
  const place = placeOf(id);
  if (place === undefined) return undefined;
  const { endpoint, entry } = place;
  const [message, records, groups] = await Promise.all([
    readMessage(redis, endpoint, entry),
    redis.hgetall(recordKey(endpoint, entry)),
    readGroups(redis, endpoint),
  ]);
  if (message === undefined ? Object.keys(records).length === 0 : message.id !== id) return undefined;
  const subscribers = [...new Set([...groups.map(({ subscriber }) => subscriber), ...Object.keys(records)])].sort();
  const deliveries = await Promise.all(
    subscribers.map(async (subscriber): Promise<DeliveryStory> => {
      const record = decodeRecord(records[subscriber] ?? '');
      if (record === undefined)
        return {
          subscriber,
          state: await stateWithoutRecord(redis, endpoint, entry, groups, subscriber),
          attempts: none,
        };
      const { state, attempts, at, dueAt, reason } = record;
      return {
        subscriber,
        state,
        attempts,
        lastAt: at,
        ...(dueAt !== undefined && { dueAt }),
        ...(reason !== undefined && { reason }),
      };
    }),
  );
  return { message, deliveries };
}

async function readGroups(redis: RedisConnection, endpoint: string): Promise<Group[]> {
  if ((await redis.exists(logKey(endpoint))) === 0) return [];
  const groups = (await redis.callBuffer('XINFO', 'GROUPS', logKey(endpoint))) as Buffer[][];
  return groups.map((group) => {
    const fields = fieldsOf(group);
    return { subscriber: String(fields.name), lastRead: String(fields['last-delivered-id']) as EntryId };
  });
}

async function stateWithoutRecord(
  redis: RedisConnection,
  endpoint: string,
  entry: EntryId,
  groups: readonly Group[],
  subscriber: string,
): Promise<'waiting' | 'pending' | 'settled'> {
  const group = groups.find((candidate) => candidate.subscriber === subscriber);
  if (group !== undefined && compareEntries(group.lastRead, entry) < 0) return 'waiting';
  const pending = (await redis.call('XPENDING', logKey(endpoint), subscriber, entry, entry, 1)) as unknown[];
  return pending.length > 0 ? 'pending' : 'settled';
}
