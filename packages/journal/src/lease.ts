import { compareEntries, type Delivery, type EntryId, none } from '@relay/core';
import type { Owner } from './claim.ts';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { logKey, openKey, recordKey } from './keys.ts';
import { readMessage } from './open.ts';
import { decodeRecord } from './record.ts';
import type { RunScript } from './scripts.ts';

/** Whoever leads says so more often than this, in ms; else another process takes over. */
export const leaseMs = 15_000;

export interface Leading {
  /** Of the last answer to this process; undefined to be told again what is pending and open. */
  readonly serial: string | undefined;
  /** Unread messages wanted at most. */
  readonly count: number;
}

/** What has been read and is not settled. */
export interface Unsettled {
  readonly entry: EntryId;
  /** Epoch ms; undefined where it is pending. */
  readonly dueAt: number | undefined;
}

export type Led =
  /** Another process leads, for so long (ms) unless it goes on. */
  | { readonly leads: false; readonly forMs: number }
  | {
      readonly leads: true;
      readonly serial: string;
      /** Everything there is before what is unread, in the log's order; then nothing was read. Undefined where it is known. */
      readonly unsettled: readonly Unsettled[] | undefined;
      readonly deliveries: readonly Delivery[];
    };

type RawLed =
  | readonly [0, number]
  | readonly [1, Buffer, readonly RawEntry[]]
  | readonly [2, Buffer, Buffer[], Buffer[]];

/** Reads for the one process that leads this cursor; pending deliveries of others become its own. Rejects like `readUnread`. */
export async function lead(
  run: RunScript,
  { endpoint, subscriber, consumer }: Owner,
  { serial, count }: Leading,
): Promise<Led> {
  const values = [subscriber, consumer, leaseMs, serial ?? '', count];
  const answer = (await run('relayLease', [logKey(endpoint)], values)) as RawLed;
  switch (answer[0]) {
    case 0:
      return { leads: false, forMs: Math.max(0, answer[1]) };
    case 1: {
      const deliveries = answer[2].map((raw) => ({ ...decodeEntry(endpoint, raw), subscriber, attempts: none }));
      return { leads: true, serial: answer[1].toString(), unsettled: undefined, deliveries };
    }
    case 2:
      return { leads: true, serial: answer[1].toString(), unsettled: inOrder(answer[2], answer[3]), deliveries: [] };
  }
}

/** Lets another process lead at once, unless somebody has been answered after this serial: in this process others may lead by then. */
export async function stepDown(
  run: RunScript,
  { endpoint, subscriber, consumer }: Owner,
  serial: string,
): Promise<void> {
  await run('relayLeaseEnd', [logKey(endpoint)], [subscriber, `${consumer} ${serial}`, endpoint]);
}

/** Those of these deliveries that are pending or open still, and have a body, with their messages. */
export async function unsettled(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  entries: readonly EntryId[],
): Promise<Delivery[]> {
  const found = await Promise.all(entries.map((entry) => unsettledOne(redis, endpoint, subscriber, entry)));
  return found.flatMap((delivery) => delivery ?? []);
}

async function unsettledOne(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  entry: EntryId,
): Promise<Delivery | undefined> {
  const [pending, dueAt, record, message] = await Promise.all([
    redis.xpending(logKey(endpoint), subscriber, entry, entry, 1),
    redis.zscore(openKey(endpoint, subscriber), entry),
    redis.hget(recordKey(endpoint, entry), subscriber),
    readMessage(redis, endpoint, entry),
  ]);
  if (pending.length === 0 && dueAt === null) return undefined;
  const attempts = (dueAt === null ? undefined : decodeRecord(record ?? '')?.attempts) ?? none;
  return message && { message, entry, subscriber, attempts };
}

/** What a cursor that was made again has read once more is both. */
function inOrder(pending: readonly Buffer[], open: readonly Buffer[]): Unsettled[] {
  const found = new Map<EntryId, Unsettled>();
  for (const each of pending) {
    const entry = each.toString('latin1') as EntryId;
    found.set(entry, { entry, dueAt: undefined });
  }
  for (let i = 0; i + 1 < open.length; i += 2) {
    const entry = String(open[i]) as EntryId;
    found.set(entry, { entry, dueAt: Number(String(open[i + 1])) });
  }
  return [...found.values()].sort((a, b) => compareEntries(a.entry, b.entry));
}
