import type { Message } from '@relay/core';
import { shortToken } from './keep-call.ts';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/** Around the receive time, in ms. The clocks of ingest and Redis may differ a little, and a keep that was given up may end late. */
const beforeMs = 2_000;
const afterMs = 60_000;

/**
 * Whether the log has what a keep with this token brought, around the receive time of these messages. However much was kept
 * in that time, all of it is looked through.
 */
export async function holdsRequest(
  run: RunScript,
  endpoint: string,
  messages: readonly Pick<Message, 'receivedAt'>[],
  token: string,
): Promise<boolean> {
  const times = [...new Set(messages.map(({ receivedAt }) => receivedAt))];
  const to = Math.max(...times) + afterMs;
  const short = shortToken(token);
  let from = String(Math.max(0, Math.min(...times) - beforeMs));
  while (from !== '' && from !== '+')
    from = String(await run('relayHolds', [logKey(endpoint)], [from, to, short, ...times]));
  return from === '+';
}
