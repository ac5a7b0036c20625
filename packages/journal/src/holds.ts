import type { KeptMessage, Message } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { logKey } from './keys.ts';

/** Around the receive time, in ms. The clocks of ingest and Redis may differ a little, and a keep that was given up may end late. */
const beforeMs = 2_000;
const afterMs = 60_000;
/** A body may be as large as `ingest.maxBody`. */
const entriesAtOnce = 25;
const mostEntries = 2_000;

/** Whether the log has one of these messages, received at the same moment with the same bytes, around its receive time. */
export async function holdsAny(
  redis: RedisConnection,
  endpoint: string,
  messages: readonly Message[],
): Promise<boolean> {
  const times = messages.map(({ receivedAt }) => receivedAt);
  const to = Math.max(...times) + afterMs;
  let from = String(Math.max(0, Math.min(...times) - beforeMs));
  for (let looked = 0; looked < mostEntries; looked += entriesAtOnce) {
    const range = [logKey(endpoint), from, to, 'COUNT', entriesAtOnce];
    const page = ((await redis.callBuffer('XRANGE', ...range)) as RawEntry[]).map((raw) => decodeEntry(endpoint, raw));
    if (page.some(({ message: kept }) => messages.some((message) => isSame(kept, message)))) return true;
    if (page.length < entriesAtOnce) return false;
    from = `(${page.at(-1)?.entry}`;
  }
  return false;
}

/** The time tells it from a callback that looks alike. */
function isSame(kept: KeptMessage, { receivedAt, body }: Message): boolean {
  return kept.receivedAt === receivedAt && kept.body.equals(body);
}
