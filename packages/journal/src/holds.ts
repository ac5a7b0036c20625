import type { EntryId, Message } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { logKey } from './keys.ts';
import { readMessage } from './open.ts';
import type { RunScript } from './scripts.ts';

/** What tells a message from those that look alike. */
export type Received = Pick<Message, 'receivedAt' | 'body'>;

/** Around the receive time, in ms. The clocks of ingest and Redis may differ a little, and a keep that was given up may end late. */
const beforeMs = 2_000;
const afterMs = 60_000;

/**
 * Whether the log has one of these messages, received at the same moment with the same bytes, around its receive time.
 * However much was kept in that time, all of it is looked through.
 */
export async function holdsAny(
  { redis, run }: { redis: RedisConnection; run: RunScript },
  endpoint: string,
  messages: readonly Received[],
): Promise<boolean> {
  const times = [...new Set(messages.map(({ receivedAt }) => receivedAt))];
  const to = Math.max(...times) + afterMs;
  let from = String(Math.max(0, Math.min(...times) - beforeMs));
  while (from !== '') {
    const answer = (await run('relayHolds', [logKey(endpoint)], [from, to, ...times])) as Buffer[];
    const [next = '', ...entries] = answer.map(String);
    for (const entry of entries) {
      const kept = await readMessage(redis, endpoint, entry as EntryId);
      if (messages.some((message) => kept !== undefined && isSame(kept, message))) return true;
    }
    from = next;
  }
  return false;
}

function isSame(kept: Received, { receivedAt, body }: Received): boolean {
  return kept.receivedAt === receivedAt && kept.body.equals(body);
}
