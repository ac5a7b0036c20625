import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EntryId, none } from '@relay/core';
import type { Journal } from '../src/index.ts';
import {
  books,
  booksOf,
  dead,
  delivered,
  givenRedis,
  keepAll,
  open,
  planOf,
  settle,
  silence,
  textsOf,
} from './given.ts';

const given = givenRedis();

async function applied(...endpoints: string[]): Promise<Journal> {
  const journal = given.journal();
  await journal.apply(endpoints.map((endpoint) => planOf(endpoint, ['billing', 'audit'])));
  return journal;
}

test('what is read becomes pending deliveries without an attempt', async () => {
  const journal = await applied('carrier');
  await keepAll(journal, 'carrier', ['a', 'b', 'c']);
  const deliveries = await journal.read('billing', ['carrier'], 2);
  assert.deepEqual(textsOf(deliveries), ['a', 'b']);
  for (const { subscriber, attempts } of deliveries) assert.deepEqual([subscriber, attempts], ['billing', none]);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, pending: 2, waiting: 1 }));
});

test('each subscriber reads for itself', async () => {
  const journal = await applied('carrier');
  await keepAll(journal, 'carrier', ['a', 'b']);
  assert.deepEqual(textsOf(await journal.read('billing', ['carrier'], 10)), ['a', 'b']);
  assert.deepEqual(textsOf(await journal.read('audit', ['carrier'], 10)), ['a', 'b']);
});

test('no two workers read the same message', async () => {
  const one = await applied('carrier');
  const other = given.journal({ consumer: 'worker-2' });
  await keepAll(one, 'carrier', ['a', 'b', 'c', 'd']);
  const [first, second] = await Promise.all([one, other].map((journal) => journal.read('billing', ['carrier'], 2)));
  assert.deepEqual([...textsOf(first ?? []), ...textsOf(second ?? [])].sort(), ['a', 'b', 'c', 'd']);
});

test('several endpoints are read at once, each up to the count, and each delivery knows its own', async () => {
  const journal = await applied('carrier', 'alerts', 'nidd');
  await keepAll(journal, 'carrier', ['a', 'b', 'c']);
  await keepAll(journal, 'nidd', ['d']);
  const deliveries = await journal.read('billing', ['carrier', 'alerts', 'nidd'], 2);
  assert.deepEqual(
    deliveries.map(({ message }) => [message.endpoint, message.body.toString()]),
    [
      ['carrier', 'a'],
      ['carrier', 'b'],
      ['nidd', 'd'],
    ],
  );
});

test('nothing unread is no delivery', async () => {
  const journal = await applied('carrier');
  assert.deepEqual(await journal.read('billing', ['carrier'], 10), []);
});

test('a cursor that is missing is made again and read, beside others that are there', async () => {
  const journal = await applied('carrier', 'alerts');
  await keepAll(journal, 'carrier', ['a']);
  await keepAll(journal, 'alerts', ['b']);
  await given.redis.xgroup('DESTROY', 'relay:{alerts}:log', 'billing');
  assert.deepEqual(textsOf(await journal.read('billing', ['carrier', 'alerts'], 10)), ['a', 'b']);
});

test('an endpoint that was never applied is an error', async () => {
  const journal = await applied('carrier');
  await assert.rejects(journal.read('billing', ['unheard-of'], 10), /NOGROUP/);
});

const log = 'relay:{carrier}:log';
const foreign: Record<string, readonly string[]> = {
  'fields of its own': ['hello', 'world'],
  'metadata that is no JSON': ['b', 'body', 'm', '[5,"ab', 'n', '2'],
  'metadata that is another list': ['b', 'body', 'm', '["5",1]', 'n', '2'],
};

for (const [what, fields] of Object.entries(foreign)) {
  // One used to make Redis look away to everything that was read with it, and its cursor stand still.
  test(`an entry with ${what} goes out with what can be read of it, and holds up nothing`, async () => {
    const journal = await applied('carrier');
    await keepAll(journal, 'carrier', ['a']);
    await given.redis.call('XADD', log, '*', ...fields);
    await keepAll(journal, 'carrier', ['b', 'c']);
    assert.equal((await booksOf(journal, 'carrier')).waiting, 3);
    const first = await journal.read('billing', ['carrier'], 3);
    assert.deepEqual(
      first.map(({ message }) => message.unreadable ?? false),
      [false, true, false],
    );
    const [, odd] = first;
    assert.ok(odd);
    assert.equal(odd.message.receivedAt, Number.parseInt(odd.entry, 10));
    await silence(given.redis, 'carrier', 'billing', 'worker-1', [odd.entry]);
    const claiming = { count: 3, carried: new Set<EntryId>(), abandoned: true };
    assert.equal((await journal.claim('carrier', 'billing', claiming)).length, 3);
    await settle(journal, odd, open);
    assert.equal((await journal.open('carrier', 'billing', odd.entry))?.message.id, odd.message.id);
    await settle(journal, odd, dead);
    for (const delivery of first) await settle(journal, delivery, delivered);
    await journal.trim('carrier', ['billing', 'audit'], { pressed: true });
    assert.equal(textsOf(await journal.read('billing', ['carrier'], 3)).join(), 'c');
    const { pending, waiting } = await booksOf(journal, 'carrier');
    assert.deepEqual({ pending, waiting }, { pending: 1, waiting: 0 });
  });
}
