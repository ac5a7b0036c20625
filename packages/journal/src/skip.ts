import type { EntryId } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { logKey, openKey } from './keys.ts';
import { lastBefore } from './last-before.ts';
import { ofCursor } from './no-cursor.ts';
import { discardedRecord } from './record.ts';
import { loadScripts } from './scripts.ts';

export interface SkipOptions {
  readonly redis: RedisConnection;
  /** How long records stay, in ms. */
  readonly retentionMs: number;
}

/** Deliveries by where they stood. */
export interface Skipped {
  readonly waiting: number;
  readonly pending: number;
  readonly open: number;
}

/** What a subscriber has still to get of an endpoint's messages that were kept before an instant (epoch ms, by the clock of Redis). */
export interface Skip {
  /** How much that is now. Writes nothing. */
  count(endpoint: string, subscriber: string, beforeMs: number): Promise<Skipped>;
  /** Discards it, in short steps, each of them in the books; answers how much that was. Twice is as good as once. */
  discard(endpoint: string, subscriber: string, beforeMs: number): Promise<Skipped>;
}

/** In one call: waiting messages jumped over, deliveries listed and discarded. */
const waitingAtOnce = 500;
const listedAtOnce = 1_000;
const readAtOnce = 100;

export function createSkip({ redis, retentionMs }: SkipOptions): Skip {
  const run = loadScripts(redis);

  async function skipWaiting(
    endpoint: string,
    subscriber: string,
    beforeMs: number,
    most: number,
  ): Promise<readonly [count: number, unfinished: number]> {
    const now = Date.now();
    const values = [subscriber, lastBefore(beforeMs), discardedRecord(now), retentionMs, now, most];
    const asking = run('relaySkipWaiting', [logKey(endpoint)], values);
    return (await ofCursor(endpoint, subscriber, asking)) as [number, number];
  }

  async function discardRead(endpoint: string, subscriber: string, entries: readonly EntryId[]): Promise<number> {
    let discarded = 0;
    for (let from = 0; from < entries.length; from += readAtOnce) {
      const now = Date.now();
      const some = entries.slice(from, from + readAtOnce);
      const values = [subscriber, discardedRecord(now), retentionMs, now, ...some];
      const asking = run('relaySkipRead', [logKey(endpoint)], values);
      discarded += (await ofCursor(endpoint, subscriber, asking)) as number;
    }
    return discarded;
  }

  async function* pendingBefore(endpoint: string, subscriber: string, beforeMs: number): AsyncGenerator<EntryId[]> {
    const key = logKey(endpoint);
    for (let from = '-'; ; ) {
      const asking = redis.call('XPENDING', key, subscriber, from, lastBefore(beforeMs), listedAtOnce);
      const page = ((await ofCursor(endpoint, subscriber, asking)) as [EntryId][]).map(([entry]) => entry);
      yield page;
      if (page.length < listedAtOnce) return;
      from = `(${page.at(-1)}`;
    }
  }

  /** What is there all the time is listed, however the others change meanwhile; some of it perhaps twice. */
  async function* openBefore(endpoint: string, subscriber: string, beforeMs: number): AsyncGenerator<EntryId[]> {
    let cursor = '0';
    do {
      const [next, flat] = await redis.zscan(openKey(endpoint, subscriber), cursor, 'COUNT', listedAtOnce);
      const entries = flat.filter((_, i) => i % 2 === 0) as EntryId[];
      yield entries.filter((entry) => Number.parseInt(entry, 10) < beforeMs);
      cursor = next;
    } while (cursor !== '0');
  }

  return {
    async count(endpoint, subscriber, beforeMs) {
      const [waiting] = await skipWaiting(endpoint, subscriber, beforeMs, 0);
      let pending = 0;
      for await (const entries of pendingBefore(endpoint, subscriber, beforeMs)) pending += entries.length;
      const open = new Set<EntryId>();
      for await (const entries of openBefore(endpoint, subscriber, beforeMs))
        for (const entry of entries) open.add(entry);
      return { waiting, pending, open: open.size };
    },
    // In the order in which a delivery goes through them, so that none slips by.
    async discard(endpoint, subscriber, beforeMs) {
      const skipped = { waiting: 0, pending: 0, open: 0 };
      for (let unfinished = 1; unfinished === 1; ) {
        const [count, more] = await skipWaiting(endpoint, subscriber, beforeMs, waitingAtOnce);
        skipped.waiting += count;
        unfinished = more;
      }
      for await (const entries of pendingBefore(endpoint, subscriber, beforeMs))
        skipped.pending += await discardRead(endpoint, subscriber, entries);
      for await (const entries of openBefore(endpoint, subscriber, beforeMs))
        skipped.open += await discardRead(endpoint, subscriber, entries);
      return skipped;
    },
  };
}
