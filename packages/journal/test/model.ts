import assert from 'node:assert/strict';
import type { Delivery, EntryId, From, Ledger } from '@relay/core';
import type { Journal, RedisConnection } from '../src/index.ts';

export const endpoint = 'carrier';
const log = `relay:{${endpoint}}:log`;

/** What the test itself remembers of everything that was done. */
export interface Model {
  /** Every message kept under a text, in order, with the vendor's attempt numbers it was seen with (0: none). */
  readonly sightings: Map<string, { readonly id: string; readonly attempts: Set<number> }[]>;
  /** Every cursor that was made and not given up, also those whose subscriber has left the configuration. */
  readonly cursors: Map<string, Cursor>;
  readonly configured: Map<string, From>;
}

interface Cursor {
  /** Kept since the cursor was made: whatever happens, none of these may be forgotten. */
  readonly owed: Set<EntryId>;
  readonly settled: Set<EntryId>;
  /** Settled and not read again since, as only a cursor that was deleted and made again does. */
  readonly final: Set<EntryId>;
  readonly counts: { skipped: number; delivered: number; dead: number };
}

/** One of several processes, and every delivery it ever had: a worker that was stopped for a while settles them late. */
export interface Worker {
  readonly journal: Journal;
  readonly carried: Delivery[];
}

export interface Real {
  readonly redis: RedisConnection;
  readonly workers: readonly [Worker, ...Worker[]];
  readonly retention: { ms: number };
}

export function emptyModel(): Model {
  return { sightings: new Map(), cursors: new Map(), configured: new Map() };
}

export function newCursor(owed: Iterable<EntryId>): Cursor {
  const counts = { skipped: 0, delivered: 0, dead: 0 };
  return { owed: new Set(owed), settled: new Set(), final: new Set(), counts };
}

/** What Redis itself says of a cursor. */
export interface Standing {
  /** Undefined while the group is deleted. */
  readonly ledger: Ledger | undefined;
  readonly pending: ReadonlySet<EntryId>;
  readonly open: ReadonlySet<EntryId>;
  /** In the log and not read, or to be read again once the deleted group is made again. */
  readonly unread: ReadonlySet<EntryId>;
}

export async function standingOf(
  redis: RedisConnection,
  ledgers: readonly Ledger[],
  subscriber: string,
): Promise<Standing> {
  const ledger = ledgers.find((candidate) => candidate.subscriber === subscriber);
  const open = await redis.zrange(`relay:{${endpoint}}:open:${subscriber}`, '0', '-1');
  const pending = ledger === undefined ? [] : await redis.call('XPENDING', log, subscriber, '-', '+', '1000');
  const unread = await redis.xrange(log, `(${await positionOf(redis, subscriber)}`, '+');
  return {
    ledger,
    pending: new Set((pending as [EntryId][]).map(([entry]) => entry)),
    open: new Set(open as EntryId[]),
    unread: new Set(unread.map(([entry]) => entry as EntryId)),
  };
}

async function positionOf(redis: RedisConnection, subscriber: string): Promise<string> {
  const groups = (await redis.xinfo('GROUPS', log)) as string[][];
  const group = groups.find(([, name]) => name === subscriber);
  if (group !== undefined) return String(group[group.indexOf('last-delivered-id') + 1]);
  return (await redis.hget(`relay:{${endpoint}}:cursor:${subscriber}`, 'floor')) ?? '0-0';
}

/** What must be true of every cursor after every step. */
export async function assertHolds(model: Model, { redis, workers }: Real): Promise<void> {
  const [{ journal }] = workers;
  const ledgers = await journal.ledger(endpoint);
  const inLog = new Set<string>((await redis.xrange(log, '-', '+')).map(([entry]) => entry));
  for (const [subscriber, cursor] of model.cursors) {
    const standing = await standingOf(redis, ledgers, subscriber);
    if (standing.ledger !== undefined) assertAddsUp(standing.ledger, standing, cursor);
    for (const entry of standing.pending)
      assert.ok(inLog.has(entry), `${subscriber}: ${entry} is pending without a body`);
    for (const entry of standing.open) {
      const delivery = await journal.open(endpoint, subscriber, entry);
      assert.ok(delivery?.message.body.length, `${subscriber}: ${entry} is open without a body`);
    }
    for (const entry of cursor.owed) {
      const remembered =
        cursor.settled.has(entry) ||
        standing.unread.has(entry) ||
        standing.pending.has(entry) ||
        standing.open.has(entry);
      assert.ok(remembered, `${subscriber}: ${entry} is forgotten`);
    }
  }
}

function assertAddsUp(ledger: Ledger, standing: Standing, { counts }: Cursor): void {
  const { subscriber, read, skipped, delivered, dead, discarded, open, pending, waiting } = ledger;
  assert.equal(read, skipped + delivered + dead + discarded + open + pending, `${subscriber}: the books do not add up`);
  assert.deepEqual({ skipped, delivered, dead }, counts, `${subscriber}: settled once, counted once`);
  assert.deepEqual(
    [open, pending, waiting],
    [standing.open.size, standing.pending.size, standing.unread.size],
    subscriber,
  );
}
