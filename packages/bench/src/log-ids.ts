import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { idOf } from './callback.ts';
import { now } from './clock.ts';

/** Of the one endpoint that a bench with a look into the log has. */
const log = 'relay:{bench-0}:log';
const atOnce = 5_000;
const lookEveryMs = 20;

/** How many messages are in the log. */
export function logLength(client: Redis): Promise<number> {
  return client.xlen(log);
}

/** Waits until the log has so many messages, or gets no more for `stallMs`; answers when the last came, on the shared clock in ms. */
export async function untilKept(
  client: Redis,
  { messages, stallMs }: { messages: number; stallMs: number },
): Promise<number> {
  let kept = -1;
  let at = now();
  for (;;) {
    const length = await logLength(client);
    if (length !== kept) at = now();
    kept = length;
    if (kept >= messages || now() - at > stallMs) return at;
    await pause(lookEveryMs);
  }
}

/** The ids of the callbacks in the log, in its order. */
export async function logIds(client: Redis): Promise<number[]> {
  const ids: number[] = [];
  let from = '-';
  for (;;) {
    const entries = await client.xrangeBuffer(log, from, '+', 'COUNT', atOnce);
    for (const [, fields] of entries) ids.push(idOf(fields[1] ?? Buffer.alloc(0)) ?? Number.NaN);
    const last = entries.at(-1);
    if (last === undefined || entries.length < atOnce) return ids;
    from = `(${last[0]}`;
  }
}

/** How many of the expected ids are not there, and how many are there once more than they should be. */
export function countIds(expected: readonly number[], found: readonly number[]): { missing: number; repeated: number } {
  const distinct = new Set(found);
  const missing = expected.filter((id) => !distinct.has(id)).length;
  return { missing, repeated: found.length - distinct.size };
}
