import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Delivery } from '@relay/core';
import { type Journal, NotKeptError } from '../src/index.ts';
import {
  books,
  booksOf,
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepOne,
  newToken,
  open,
  planOf,
  settle,
  silence,
  skipped,
} from './given.ts';

const given = givenRedis();
const body = Buffer.alloc(32 * 1024);
const plans = [planOf('carrier'), planOf('alerts')];

let journal: Journal;
let number = 0;

beforeEach(async () => {
  number = 0;
  journal = given.journal();
  await journal.apply(plans);
});

afterEach(() => given.redis.config('SET', 'maxmemory', 0));

function keepNext(): Promise<unknown> {
  number += 1;
  return keepOne(journal, 'carrier', givenMessage(`${number}`, { body }), newToken());
}

/** Keeps until Redis takes no more, not even a byte; answers how many it took. */
async function fill(): Promise<number> {
  const used = Number(/used_memory:(\d+)/.exec(await given.redis.info('memory'))?.[1]);
  const limit = used + 4 * 1024 * 1024;
  await given.redis.config('SET', 'maxmemory', limit);
  for (let kept = 0; ; kept += 1) {
    try {
      await keepNext();
    } catch (error) {
      assert.ok(error instanceof NotKeptError);
      await given.redis.config('SET', 'maxmemory', limit - 1024 * 1024);
      return kept;
    }
  }
}

const read = (count: number, from = journal) => from.read('billing', ['carrier'], count);

test('a full Redis is read and settled in every way, and its books add up', async () => {
  const kept = await fill();
  const deliveries = await read(12);
  const settlements = [skipped, delivered, open, dead];
  for (const [i, delivery] of deliveries.slice(0, 8).entries())
    assert.equal(await settle(journal, delivery, settlements[i % 4] ?? skipped), true);
  const [, , wasOpen] = deliveries;
  assert.ok(wasOpen);
  assert.equal(await settle(journal, wasOpen, delivered), true);
  assert.equal(await settle(journal, wasOpen, delivered), false);
  const counts = { skipped: 2, delivered: 3, dead: 2, open: 1, pending: 4 };
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 12, ...counts, waiting: kept - 12 }));
});

test('in a full Redis deliveries are refreshed, handed back, claimed and looked for', async () => {
  await fill();
  const [first, second] = (await read(2)) as [Delivery, Delivery];
  await journal.refresh('carrier', 'billing', [first.entry]);
  await journal.handBack('carrier', 'billing', [second.entry]);
  await silence(given.redis, 'carrier', 'billing', 'worker-1', [first.entry]);
  const other = given.journal({ consumer: 'worker-2' });
  const claimed = await other.claim('carrier', 'billing', { count: 10, carried: new Set(), abandoned: true });
  assert.deepEqual(claimed.map(({ entry }) => entry).sort(), [first.entry, second.entry].sort());
  await settle(other, first, open);
  assert.equal((await journal.open('carrier', 'billing', first.entry))?.entry, first.entry);
  assert.equal((await journal.overdue('carrier', 'billing', Date.now(), 10)).length, 1);
  assert.equal(await journal.holds('carrier', [first.message], 'never kept'), false);
  assert.equal(await journal.retire('carrier', 'billing', 'mine'), 1);
});

test('a configuration that changes nothing is applied to a full Redis', async () => {
  await fill();
  assert.deepEqual(await journal.apply(plans), []);
  assert.deepEqual(await given.journal().apply(plans), []);
});

test('a log that a full Redis has no room for is not a broken one', async () => {
  await fill();
  await given.redis.del('relay:{alerts}:log');
  await assert.rejects(journal.apply(plans), /^ReplyError: OOM/);
});

test('a full Redis takes messages again once it is trimmed under pressure', async () => {
  const kept = await fill();
  const deliveries = await read(kept);
  for (const delivery of deliveries.slice(0, -10)) await settle(journal, delivery, delivered);
  assert.equal((await journal.trim('carrier', ['billing'])).trimmed, 0);
  await assert.rejects(keepNext(), NotKeptError);

  const { trimmed } = await journal.trim('carrier', ['billing'], { pressed: true });
  assert.equal(trimmed, kept - 10);
  await keepNext();
  assert.ok((await journal.memory()).fullest < 1);
  const counts = { delivered: kept - 10, pending: 10, waiting: 1 };
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: kept, ...counts }));
});

test('of a full Redis nothing goes that somebody still needs, however pressed it is', async () => {
  const kept = await fill();
  const [delivery] = (await read(1)) as [Delivery];
  assert.equal((await journal.trim('carrier', ['billing'], { pressed: true })).trimmed, 0);
  await settle(journal, delivery, open);
  const { trimmed, putAside } = await journal.trim('carrier', ['billing'], { pressed: true });
  assert.deepEqual([trimmed, putAside], [1, 1]);
  assert.ok((await journal.open('carrier', 'billing', delivery.entry))?.message.body.equals(body));
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, open: 1, waiting: kept - 1 }));
});
