import { type Delivery, type EntryId, generationOf, type KeptMessage, none } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, decodeMessage, type RawEntry } from './entry.ts';
import { heldKey, logKey, openKey, recordKey } from './keys.ts';
import { decodeRecord } from './record.ts';

/** An open delivery without its message: enough to set its alarm. */
export interface Overdue {
  readonly entry: EntryId;
  /** Which attempt is next, as its alarm says it. */
  readonly generation: number;
}

/** The delivery if it is still open, with its message; undefined when it was settled. */
export async function openDelivery(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  entry: EntryId,
): Promise<Delivery | undefined> {
  const [dueAt, record, message] = await Promise.all([
    redis.zscore(openKey(endpoint, subscriber), entry),
    redis.hget(recordKey(endpoint, entry), subscriber),
    readMessage(redis, endpoint, entry),
  ]);
  if (dueAt === null) return undefined;
  const attempts = decodeRecord(record ?? '')?.attempts ?? none;
  return message && { message, entry, subscriber, attempts };
}

/** A message out of its log, or from where it was put when the log was trimmed while a delivery of it was open. */
export async function readMessage(
  redis: RedisConnection,
  endpoint: string,
  entry: EntryId,
): Promise<KeptMessage | undefined> {
  const [raw] = (await redis.callBuffer('XRANGE', logKey(endpoint), entry, entry)) as RawEntry[];
  return raw === undefined ? heldMessage(redis, endpoint, entry) : decodeEntry(endpoint, raw).message;
}

async function heldMessage(redis: RedisConnection, endpoint: string, entry: EntryId): Promise<KeptMessage | undefined> {
  const fields = await redis.hgetallBuffer(heldKey(endpoint, entry));
  return fields.b === undefined ? undefined : decodeMessage(endpoint, entry, fields);
}

/** At most `count` open deliveries that were due before that instant (epoch ms), the most overdue first. */
export async function overdue(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  beforeMs: number,
  count: number,
): Promise<Overdue[]> {
  const entries = (await redis.zrangebyscore(
    openKey(endpoint, subscriber),
    '-inf',
    beforeMs,
    'LIMIT',
    0,
    count,
  )) as EntryId[];
  const records = await Promise.all(entries.map((entry) => redis.hget(recordKey(endpoint, entry), subscriber)));
  return entries.map((entry, i) => ({
    entry,
    generation: generationOf(decodeRecord(records[i] ?? '')?.attempts ?? none),
  }));
}
