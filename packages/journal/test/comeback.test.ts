import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogPlan } from '@relay/core';
import { createJournal, createPresence, type Journal, type Returned } from '../src/index.ts';
import { books, booksOf, dead, delivered, givenRedis, keepAll, open, planOf, settle, textsOf } from './given.ts';

const given = givenRedis();
const minute = 60_000;
const cursor = 'relay:{carrier}:cursor:billing';

const withIt: LogPlan[] = [planOf('carrier', ['billing', 'audit'])];
const without: LogPlan[] = [planOf('carrier', ['audit'])];
const resuming = withIt.map((plan) => ({ ...plan, cursors: plan.cursors.map((each) => ({ ...each, resume: true })) }));

/** Lets time pass: everything that was said was said so much earlier. */
async function pass(ms: number): Promise<void> {
  for (const stamp of ['alive', 'removed', 'absent'])
    if (await given.redis.hexists(cursor, stamp)) await given.redis.hincrby(cursor, stamp, -ms);
}

/** A worker's every-few-seconds, for so long. */
async function runs(ms: number, ...stamping: (() => Promise<void>)[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    await pass(10_000);
    for (const stamp of stamping) await stamp();
  }
}

const presenceOf = (journal: Journal) => createPresence({ redis: given.redis, journal });
const naming = (journal: Journal) => () => presenceOf(journal).stamp('carrier', ['billing', 'audit']);
const lacking = (journal: Journal) => () => presenceOf(journal).stamp('carrier', ['audit']);
const texts = async (journal: Journal) => textsOf(await journal.read('billing', ['carrier'], 100));

/** Billing delivered a, has b open and c pending, and d waits. */
async function halfWay(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply(withIt);
  await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd']);
  const [a, b] = await journal.read('billing', ['carrier'], 3);
  assert.ok(a && b);
  await settle(journal, a, delivered);
  await settle(journal, b, open);
  return journal;
}

test('a subscriber that had left and comes back starts at now: what it missed is discarded, what it had begun goes on', async () => {
  const journal = await halfWay();
  await journal.apply(without);
  await runs(2 * minute, lacking(journal));
  await keepAll(journal, 'carrier', ['e']);
  await journal.apply(withIt);
  await keepAll(journal, 'carrier', ['f']);
  const expected = { read: 5, delivered: 1, open: 1, pending: 1, discarded: 2, waiting: 1 };
  assert.deepEqual(await booksOf(journal, 'carrier'), books(expected));
  assert.equal(await given.redis.hget('relay:{carrier}:totals', 'discarded'), '2');
  assert.deepEqual(await texts(journal), ['f']);
});

test('it is told who comes back, and how much that discards, once', async () => {
  const told: Returned[] = [];
  const journal = await halfWay();
  await journal.apply(without);
  await runs(2 * minute, lacking(journal));
  const other = createJournal({
    redis: given.redis,
    consumer: 'other',
    retentionMs: () => minute,
    onReturned: (returned) => told.push(returned),
  });
  await other.apply(withIt);
  await other.apply(withIt);
  other.close();
  assert.deepEqual(told, [{ endpoint: 'carrier', subscriber: 'billing', discarded: 1 }]);
});

test('with resume it goes on where it stood', async () => {
  const journal = await halfWay();
  await journal.apply(without);
  await runs(2 * minute, lacking(journal));
  await keepAll(journal, 'carrier', ['e']);
  await journal.apply(resuming);
  assert.deepEqual(
    await booksOf(journal, 'carrier'),
    books({ read: 3, delivered: 1, open: 1, pending: 1, waiting: 2 }),
  );
  assert.deepEqual(await texts(journal), ['d', 'e']);
});

test('it left with its whole endpoint, which comes back with it', async () => {
  const journal = await halfWay();
  await journal.apply([planOf('other')]);
  await runs(2 * minute, () => presenceOf(journal).stamp('carrier', []));
  await journal.apply([...withIt, planOf('other')]);
  assert.equal((await booksOf(journal, 'carrier')).discarded, 1);
});

test('what it missed is discarded also where its group was deleted meanwhile', async () => {
  const journal = await halfWay();
  await journal.trim('carrier', ['billing', 'audit']);
  await journal.apply(without);
  await runs(2 * minute, lacking(journal));
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
  await journal.apply(withIt);
  const { read, discarded, waiting, ...others } = await booksOf(journal, 'carrier');
  assert.equal(waiting, 0);
  assert.equal(read, discarded + others.delivered + others.open);
});

test('a relay that was switched off for a day loses nothing', async () => {
  const journal = await halfWay();
  await pass(24 * 60 * minute);
  await given.journal().apply(withIt);
  assert.deepEqual(await texts(journal), ['d']);
});

test('a reload that lacks it and one that names it again soon after: nothing is lost', async () => {
  const journal = await halfWay();
  await journal.apply(without);
  await runs(50_000, lacking(journal));
  await journal.apply(withIt);
  assert.deepEqual(await texts(journal), ['d']);
});

test('a reload that lacks it, then the relay is switched off for a day: nothing is lost', async () => {
  const journal = await halfWay();
  await journal.apply(without);
  await runs(30_000, lacking(journal));
  await pass(24 * 60 * minute);
  await given.journal().apply(withIt);
  assert.deepEqual(await texts(journal), ['d']);
});

test('old and new configuration side by side: as long as somebody names it, it has not left', async () => {
  const old = await halfWay();
  const next = given.journal({ consumer: 'worker-2' });
  await next.apply(without);
  await runs(10 * minute, naming(old), lacking(next));
  await given.journal().apply(withIt);
  assert.deepEqual(await texts(old), ['d']);
});

test('once the last process that names it has ended, it leaves', async () => {
  const old = await halfWay();
  const next = given.journal({ consumer: 'worker-2' });
  await next.apply(without);
  await runs(10 * minute, naming(old), lacking(next));
  await runs(2 * minute, lacking(next));
  await next.apply(withIt);
  assert.deepEqual(await texts(next), []);
});

test('a new configuration that was taken back, then the relay is switched off for a day: nothing is lost', async () => {
  const old = await halfWay();
  const next = given.journal({ consumer: 'worker-2' });
  await next.apply(without);
  await runs(minute, naming(old), lacking(next));
  await runs(minute, naming(old));
  await pass(24 * 60 * minute);
  await given.journal().apply(withIt);
  assert.deepEqual(await texts(old), ['d']);
});

test('it came back in a process that dies for a while, beside one that has not heard of it: nothing is lost', async () => {
  const journal = await halfWay();
  const old = given.journal({ consumer: 'worker-2' });
  await old.apply(without);
  await journal.apply(withIt);
  await runs(10 * minute, lacking(old));
  await given.journal().apply(withIt);
  assert.deepEqual(await texts(journal), ['d']);
});

test('workers are off for hours while ingest reads a file that lacks it, and then the right one: nothing is lost', async () => {
  const journal = await halfWay();
  await pass(5 * 60 * minute);
  const ingest = given.journal({ consumer: 'ingest' });
  await ingest.apply(without);
  await pass(5_000);
  await ingest.apply(withIt);
  assert.deepEqual(await texts(journal), ['d']);
});

test('what is only made again because it was missing has not come back', async () => {
  const journal = await halfWay();
  await given.journal().apply(without);
  await runs(2 * minute, lacking(journal));
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'audit');
  assert.deepEqual(textsOf(await journal.read('audit', ['carrier'], 100)), ['a', 'b', 'c', 'd']);
  assert.deepEqual(await texts(journal), ['d']);
});

test('a broken log of an endpoint that no configuration names keeps none from being applied', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier'), planOf('broken')]);
  await given.redis.del('relay:{broken}:cursors');
  await given.redis.set('relay:{broken}:cursors', 'x');
  assert.deepEqual(await journal.apply(withIt), []);
});

test('saying the same again a moment later writes nothing', async () => {
  const journal = await halfWay();
  await given.redis.config('RESETSTAT');
  await presenceOf(journal).stamp('carrier', ['billing', 'audit']);
  assert.doesNotMatch(await given.redis.info('commandstats'), /cmdstat_hset:/);
});

test('what is said is written while Redis is full', async () => {
  const journal = await halfWay();
  await journal.apply(without);
  await pass(minute);
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await presenceOf(journal).stamp('carrier', ['billing', 'audit']);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
  const [billing] = (await presenceOf(journal).cursors('carrier')).cursors.filter(
    ({ subscriber }) => subscriber === 'billing',
  );
  assert.equal(billing?.alive, true);
});

test('every cursor with books is told of, with what it has and whether it has left', async () => {
  const journal = await halfWay();
  const [c] = await journal.claim('carrier', 'billing', { count: 5, carried: new Set(), abandoned: false });
  assert.ok(c);
  await settle(journal, c, dead);
  await journal.apply(without);
  await runs(2 * minute, lacking(journal));
  assert.deepEqual(await presenceOf(journal).cursors('carrier'), {
    endpoint: 'carrier',
    messages: 4,
    cursors: [
      { subscriber: 'audit', waiting: 4, pending: 0, open: 0, deadLetters: 0, alive: true, orphaned: false },
      { subscriber: 'billing', waiting: 1, pending: 0, open: 1, deadLetters: 1, alive: false, orphaned: true },
    ],
  });
});
