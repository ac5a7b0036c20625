import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@relay/testkit';
import type { Journal } from '../src/index.ts';
import { books, booksOf, day, delivered, givenRedis, keepAll, open, planOf, settle, textsOf } from './given.ts';

const given = givenRedis();
const log = 'relay:{carrier}:log';

const texts = async (journal: Journal, subscriber: string, count = 100) =>
  textsOf(await journal.read(subscriber, ['carrier'], count));

/** A log with these messages, and a journal that knows nothing of it yet. */
async function keptBefore(...before: string[]): Promise<Journal> {
  const other = given.journal();
  await other.apply([planOf('carrier', [])]);
  await keepAll(other, 'carrier', before);
  return given.journal();
}

test('a new cursor begins at the end of the log', async () => {
  const journal = await keptBefore('a', 'b');
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['c']);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ waiting: 1 }));
  assert.deepEqual(await texts(journal, 'billing'), ['c']);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, pending: 1 }));
});

test('a new cursor begins at the beginning when it says so', async () => {
  const journal = await keptBefore('a', 'b');
  await journal.apply([planOf('carrier', ['billing'], { from: { kind: 'beginning' } })]);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ waiting: 2 }));
  assert.deepEqual(await texts(journal, 'billing'), ['a', 'b']);
});

test('a new cursor begins with what was kept that long ago when it says so', async () => {
  const journal = await keptBefore('a');
  const [entry] = await given.redis.xrange(log, '-', '+');
  await given.redis.del(log);
  await given.redis.xadd(log, `${Date.now() - 2 * day}-0`, ...(entry?.[1] ?? []));
  await journal.apply([planOf('carrier', [])]);
  await keepAll(journal, 'carrier', ['b']);
  await journal.apply([planOf('carrier', ['billing'], { from: { kind: 'ago', ms: day } })]);
  assert.deepEqual(await texts(journal, 'billing'), ['b']);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, pending: 1 }));
});

test('a cursor from longer ago than the log reaches begins at its beginning', async () => {
  const journal = await keptBefore('a', 'b');
  await journal.apply([planOf('carrier', ['billing'], { from: { kind: 'ago', ms: 100_000 * day } })]);
  assert.deepEqual(await texts(journal, 'billing'), ['a', 'b']);
});

test('to apply again changes nothing', async () => {
  const journal = await keptBefore('a');
  const plans = [planOf('carrier', ['billing'], { from: { kind: 'beginning' } })];
  await journal.apply(plans);
  await keepAll(journal, 'carrier', ['b']);
  await texts(journal, 'billing', 1);
  const before = await journal.ledger('carrier');
  await journal.apply(plans);
  await given.journal().apply(plans);
  assert.deepEqual(await journal.ledger('carrier'), before);
});

test('an endpoint that nobody receives has a log all the same', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier', [])]);
  await keepAll(journal, 'carrier', ['a']);
  assert.deepEqual(await journal.ledger('carrier'), []);
  assert.deepEqual(await journal.endpoints(), ['carrier']);
});

test('a deleted cursor begins again at its saved floor: nothing is lost, and the books add up', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd', 'e']);
  for (const delivery of await journal.read('billing', ['carrier'], 2)) await settle(journal, delivery, delivered);
  await journal.trim('carrier', ['billing']);
  for (const delivery of await journal.read('billing', ['carrier'], 1)) await settle(journal, delivery, delivered);
  await texts(journal, 'billing', 1);

  await given.redis.xgroup('DESTROY', log, 'billing');
  await journal.apply([planOf('carrier')]);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 3, delivered: 3, waiting: 3 }));
  assert.deepEqual(await texts(journal, 'billing'), ['c', 'd', 'e']);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 6, delivered: 3, pending: 3 }));
});

test('a deleted cursor is made again at its floor also by a process that never saw it', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a', 'b']);
  await given.redis.xgroup('DESTROY', log, 'billing');
  const other = given.journal();
  await other.apply([planOf('carrier')]);
  assert.deepEqual(await texts(other, 'billing'), ['a', 'b']);
});

// It used to count twice: the books claimed one message more than was read.
test('an open delivery that a cursor made again reads once more is still one delivery', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a', 'b']);
  for (const delivery of await journal.read('billing', ['carrier'], 2)) await settle(journal, delivery, open);
  await given.redis.xgroup('DESTROY', log, 'billing');
  await journal.apply([planOf('carrier')]);
  const [a, b] = await journal.read('billing', ['carrier'], 2);
  assert.ok(a && b);

  await settle(journal, a, open);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 3, open: 2, pending: 1 }));
  await settle(journal, b, delivered);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, delivered: 1, open: 1 }));
  assert.equal(await settle(journal, b, delivered), false);
});

test('Redis emptied: cursors that the process knows begin at the start, before whatever was kept meanwhile', async () => {
  const [ingest, worker] = [given.journal({ consumer: 'ingest' }), given.journal()];
  await worker.apply([planOf('carrier')]);
  await given.redis.flushall();
  // An ingest that has not heard of the subscriber yet keeps messages in the new log first.
  await ingest.apply([planOf('carrier', [])]);
  await keepAll(ingest, 'carrier', ['a', 'b']);
  await worker.apply([planOf('carrier')]);
  assert.deepEqual(await texts(worker, 'billing'), ['a', 'b']);
  assert.deepEqual(await booksOf(worker, 'carrier'), books({ read: 2, pending: 2 }));
});

test('Redis emptied: what is kept afterwards is read without anybody applying anything', async () => {
  const [ingest, worker] = [given.journal({ consumer: 'ingest' }), given.journal()];
  for (const journal of [ingest, worker]) await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await keepAll(ingest, 'carrier', ['lost with Redis']);
  await given.redis.flushall();
  await keepAll(ingest, 'carrier', ['a', 'b']);
  for (const subscriber of ['billing', 'audit']) assert.deepEqual(await texts(worker, subscriber), ['a', 'b']);
  assert.deepEqual(await worker.endpoints(), ['carrier']);
});

// It used to begin at the start of the log, because the process remembered the name.
test('a subscriber that comes back after it was given up begins where its configuration says', async () => {
  let retentionMs = day;
  const journal = given.journal({ retentionMs: () => retentionMs });
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await journal.apply([planOf('carrier', ['audit'])]);
  await keepAll(journal, 'carrier', ['a', 'b']);
  retentionMs = 0;
  await eventually('billing to be given up', async () => (await journal.trim('carrier', ['audit'])).discarded > 0);
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await keepAll(journal, 'carrier', ['c']);
  assert.deepEqual(await texts(journal, 'billing'), ['c']);
});

test('a subscriber that comes back before it is given up goes on where it was', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await journal.apply([planOf('carrier', ['audit'])]);
  await keepAll(journal, 'carrier', ['a', 'b']);
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  assert.deepEqual(await texts(journal, 'billing'), ['a', 'b']);
});

test('what is there already is applied while Redis is full, and a new worker can go on', async () => {
  const first = given.journal();
  await first.apply([planOf('carrier')]);
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(given.redis.set('more', 'x'), /OOM/);
    await given.journal({ consumer: 'worker-2' }).apply([planOf('carrier')]);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
});
