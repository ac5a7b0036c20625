import type { EntryId, MessageId } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { findKey, logKey, totalsKey } from './keys.ts';
import { shortHash } from './short-hash.ts';

/** Messages found at most per endpoint. */
const mostFound = 1_000;
const packedPlaceBytes = 9;

/** Ids of the kept messages that name this correlation id or device id, oldest first. */
export async function findMessages(redis: RedisConnection, endpoint: string, value: string): Promise<MessageId[]> {
  const hash = shortHash(value);
  const generations = await redis.hget(totalsKey(endpoint), 'find');
  const buckets = bucketsOf(generations ?? '', hash);
  const found = await Promise.all(buckets.map((bucket) => entriesIn(redis, findKey(endpoint, bucket), hash)));
  const entries = [...new Set(found.flat())].slice(0, mostFound);
  const ids = await Promise.all(entries.map((entry) => idOf(redis, endpoint, entry)));
  return ids.filter((id) => id !== undefined);
}

/** The buckets in which the script that keeps messages may have put this hash; it is the other half of this function. */
function bucketsOf(generations: string, hash: Buffer): string[] {
  return generations.split(' ').flatMap((generation) => {
    const [id, buckets] = generation.split(':');
    return id === undefined || buckets === undefined ? [] : [`${id}:${hash.readUIntBE(0, 3) % Number(buckets)}`];
  });
}

async function entriesIn(redis: RedisConnection, key: string, hash: Buffer): Promise<EntryId[]> {
  const from = Buffer.concat([Buffer.from('['), hash]);
  const to = Buffer.concat([from, Buffer.alloc(packedPlaceBytes + 1, 0xff)]);
  const members = await redis.zrangebylexBuffer(key, from, to, 'LIMIT', 0, mostFound);
  return members.map(
    (member): EntryId => `${member.readUIntBE(hash.length, 6)}-${member.readUIntBE(hash.length + 6, 3)}`,
  );
}

async function idOf(redis: RedisConnection, endpoint: string, entry: EntryId): Promise<MessageId | undefined> {
  const [raw] = (await redis.callBuffer('XRANGE', logKey(endpoint), entry, entry)) as RawEntry[];
  return raw && decodeEntry(endpoint, raw).message.id;
}
