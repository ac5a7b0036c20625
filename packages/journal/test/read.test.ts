import assert from 'node:assert/strict';
import { test } from 'node:test';
import { none } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { books, booksOf, givenRedis, keepAll, planOf, textsOf } from './given.ts';

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
