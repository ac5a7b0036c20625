import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createPresence, type Journal, type Presence } from '../src/index.ts';
import { dead, givenRedis, keepAll, open, planOf, settle } from './given.ts';

const given = givenRedis();
const cursor = 'relay:{carrier}:cursor:billing';
const nothing = { alive: false, discarded: 0, deadLetters: 0 };

let journal: Journal;
let presence: Presence;

/** Billing has one dead letter, one open, one pending and two waiting; audit has read nothing. */
beforeEach(async () => {
  journal = given.journal();
  presence = createPresence({ redis: given.redis, journal });
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd', 'e']);
  const [a, b] = await journal.read('billing', ['carrier'], 3);
  assert.ok(a && b);
  await settle(journal, a, dead);
  await settle(journal, b, open);
});

/** Nobody has named it for a minute. */
async function silence(): Promise<void> {
  await given.redis.hincrby(cursor, 'alive', -60_000);
}

const prune = (deadLetters = false) => presence.prune('carrier', 'billing', { deadLetters });
const keys = async () => (await given.redis.keys('*billing*')).sort();

test('a cursor that a process names is left alone', async () => {
  const before = await keys();
  await given.redis.hincrby(cursor, 'alive', -50_000);
  assert.deepEqual(await prune(true), { ...nothing, alive: true });
  assert.deepEqual(await keys(), before);
  assert.equal((await journal.ledger('carrier')).length, 2);
});

test('what it had not settled is discarded and counted; its dead letters stay', async () => {
  await silence();
  assert.deepEqual(await prune(), { ...nothing, discarded: 4 });
  assert.equal(await given.redis.hget('relay:{carrier}:totals', 'discarded'), '4');
  assert.deepEqual(await keys(), ['relay:{carrier}:dead:billing']);
  assert.deepEqual(
    (await presence.cursors('carrier')).cursors.map(({ subscriber }) => subscriber),
    ['audit'],
  );
});

test('its dead letters go when they are to, also later', async () => {
  await silence();
  await prune();
  assert.deepEqual(await prune(true), { ...nothing, deadLetters: 1 });
  assert.deepEqual(await keys(), []);
});

test('to prune again, or what never was, is nothing', async () => {
  await silence();
  await prune();
  assert.deepEqual(await prune(), nothing);
  assert.deepEqual(await presence.prune('never', 'was', { deadLetters: true }), nothing);
});

test('bodies put aside for it are released', async () => {
  const short = given.journal({ consumer: 'short', retentionMs: () => -1 });
  await journal.settle({
    endpoint: 'carrier',
    subscriber: 'billing',
    entry: (await pendingEntry()) as `${number}-${number}`,
    settlement: open,
  });
  for (const delivery of await journal.read('billing', ['carrier'], 10)) await settle(journal, delivery, open);
  for (const delivery of await journal.read('audit', ['carrier'], 10))
    await settle(journal, delivery, { state: 'skipped' });
  await short.trim('carrier', ['billing', 'audit']);
  assert.equal((await given.redis.keys('*:held:*')).length, 4);
  await silence();
  assert.deepEqual(await prune(), { ...nothing, discarded: 4 });
  assert.deepEqual(await given.redis.keys('*:held:*'), []);
});

async function pendingEntry(): Promise<string> {
  const [[entry] = ['']] = (await given.redis.call('XPENDING', 'relay:{carrier}:log', 'billing', '-', '+', 1)) as [
    string,
  ][];
  return entry;
}

test('very much that is open is given up in several steps, and counted once', async () => {
  const many = Array.from({ length: 12_000 }, (_, i) => [i, `1-${i}`]).flat();
  await given.redis.zadd('relay:{carrier}:open:billing', ...many);
  await silence();
  assert.deepEqual(await prune(), { ...nothing, discarded: 12_004 });
  assert.equal(await given.redis.hget('relay:{carrier}:totals', 'discarded'), '12004');
});

test('one whose group is missing is pruned from its saved floor on', async () => {
  await journal.trim('carrier', ['billing', 'audit']);
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
  await silence();
  const { discarded } = await prune();
  assert.equal(discarded, 4);
  assert.deepEqual(await keys(), ['relay:{carrier}:dead:billing']);
});

test('it is pruned while Redis is full', async () => {
  await silence();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    assert.equal((await prune()).discarded, 4);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
});
