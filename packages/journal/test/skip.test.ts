import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSkip, type Journal, NoCursorError } from '../src/index.ts';
import { auditing } from './auditing.ts';
import { books, booksOf, day, delivered, givenMessage, givenRedis, keepAll, open, planOf, settle } from './given.ts';

const given = givenRedis();
const skipOf = () => createSkip({ redis: given.redis, retentionMs: day });
const laterMs = () => Date.now() + 60_000;

/** Of five messages the first is delivered, the second open, the third pending; two wait. */
async function five(): Promise<{ journal: Journal; ids: string[] }> {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  const ids = await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd', 'e']);
  const [first, second] = await journal.read('billing', ['carrier'], 3);
  assert.ok(first && second);
  await settle(journal, first, delivered);
  await settle(journal, second, open);
  return { journal, ids };
}

test('what waits, is pending and is open before an instant is counted without being touched', async () => {
  const { journal } = await five();
  const before = await booksOf(journal, 'carrier');
  assert.deepEqual(await skipOf().count('carrier', 'billing', laterMs()), { waiting: 2, pending: 1, open: 1 });
  assert.deepEqual(await booksOf(journal, 'carrier'), before);
});

test('what is skipped is discarded, is in the books and in its story, and nobody gets it any more', async () => {
  const { journal, ids } = await five();
  assert.deepEqual(await skipOf().discard('carrier', 'billing', laterMs()), { waiting: 2, pending: 1, open: 1 });
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 5, delivered: 1, discarded: 4 }));
  assert.deepEqual(await journal.read('billing', ['carrier'], 10), []);
  assert.deepEqual(await journal.overdue('carrier', 'billing', Date.now() + day, 10), []);
  const states = await Promise.all(ids.map(async (id) => (await journal.story(id))?.deliveries[0]?.state));
  assert.deepEqual(states, ['delivered', 'discarded', 'discarded', 'discarded', 'discarded']);
  assert.deepEqual(await auditing(given.redis).look(), []);
});

test('to skip twice is as good as once', async () => {
  const { journal } = await five();
  await skipOf().discard('carrier', 'billing', laterMs());
  assert.deepEqual(await skipOf().discard('carrier', 'billing', laterMs()), { waiting: 0, pending: 0, open: 0 });
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 5, delivered: 1, discarded: 4 }));
});

test('what was kept at the instant or later stays', async () => {
  const { journal, ids } = await five();
  const instants = ids.map((id) => Number(id.split('-')[1]));
  for (const instant of [0, ...instants]) {
    await skipOf().discard('carrier', 'billing', instant);
    const { waiting, pending, open: stillOpen } = await booksOf(journal, 'carrier');
    // The first was delivered. Messages of one ms lie on the same side.
    assert.equal(waiting + pending + stillOpen, instants.slice(1).filter((ms) => ms >= instant).length);
  }
});

test('whoever carries a delivery that is skipped settles it too late, and changes nothing', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a']);
  const [carried] = await journal.read('billing', ['carrier'], 1);
  assert.ok(carried);
  await skipOf().discard('carrier', 'billing', laterMs());
  for (const settlement of [delivered, open]) assert.equal(await settle(journal, carried, settlement), false);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, discarded: 1 }));
});

test('a body that was put aside goes with the last open delivery that is skipped', async () => {
  const retention = { ms: day };
  const journal = given.journal({ retentionMs: () => retention.ms });
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a']);
  const [carried] = await journal.read('billing', ['carrier'], 1);
  assert.ok(carried);
  await settle(journal, carried, open);
  retention.ms = -60_000;
  assert.equal((await journal.trim('carrier', ['billing'])).putAside, 1);
  await skipOf().discard('carrier', 'billing', laterMs());
  assert.deepEqual(await given.redis.keys('*:held:*'), []);
});

test('what is open, and would be read once more by a cursor that was made again, is skipped once', async () => {
  const { journal } = await five();
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
  await journal.apply([planOf('carrier')]);
  assert.deepEqual(await skipOf().discard('carrier', 'billing', laterMs()), { waiting: 4, pending: 0, open: 1 });
  const { discarded, open: left, waiting } = await booksOf(journal, 'carrier');
  assert.deepEqual([discarded, left, waiting], [5, 0, 0]);
  assert.deepEqual(await auditing(given.redis).look(), []);
});

test('more than fits into one step is skipped, and nobody else with it', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing', 'erp'])]);
  const messages = [...Array(1_300)].map((_, i) => givenMessage(`message ${i}`));
  for (let from = 0; from < messages.length; from += 100)
    await journal.keep('carrier', messages.slice(from, from + 100), `request ${from}`);
  await skipOf().discard('carrier', 'billing', laterMs());
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1_300, discarded: 1_300 }));
  assert.deepEqual(await booksOf(journal, 'carrier', 'erp'), books({ waiting: 1_300 }));
});

test('a subscriber without a cursor is named', async () => {
  await assert.rejects(skipOf().count('carrier', 'nobody', laterMs()), NoCursorError);
});

test('skipping goes on while Redis is full', async () => {
  const { journal } = await five();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(keepAll(journal, 'carrier', ['no room']));
    assert.deepEqual(await skipOf().discard('carrier', 'billing', laterMs()), { waiting: 2, pending: 1, open: 1 });
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 5, delivered: 1, discarded: 4 }));
});
