import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { books, booksOf, delivered, givenRedis, keepAll, planOf, settle, silence, textsOf } from './given.ts';

const given = givenRedis();
const log = 'relay:{carrier}:log';

/** Two workers, and the deliveries that the first one has pending. */
async function pending(texts = ['a', 'b']): Promise<{ first: Journal; second: Journal; deliveries: Delivery[] }> {
  const [first, second] = [given.journal({ consumer: 'first' }), given.journal({ consumer: 'second' })];
  for (const journal of [first, second]) await journal.apply([planOf('carrier')]);
  await keepAll(first, 'carrier', texts);
  return { first, second, deliveries: await first.read('billing', ['carrier'], texts.length) };
}

const claim = (journal: Journal, count: number, carried: readonly Delivery[] = [], abandoned = true) =>
  journal.claim('carrier', 'billing', { count, carried: new Set(entriesOf(carried)), abandoned });
const entriesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ entry }) => entry);
const silent = (deliveries: readonly Delivery[]) =>
  silence(given.redis, 'carrier', 'billing', 'first', entriesOf(deliveries));
const consumers = async () =>
  ((await given.redis.xinfo('CONSUMERS', log, 'billing')) as unknown[][]).map((consumer) => consumer[1]).sort();

test('what a worker still carries is not claimed', async () => {
  const { second } = await pending();
  assert.deepEqual(await claim(second, 10), []);
});

test('what a worker has been silent about is claimed with its message', async () => {
  const { second, deliveries } = await pending();
  await silent(deliveries);
  assert.deepEqual(await claim(second, 10), deliveries);
  assert.deepEqual(await claim(second, 10, deliveries), []);
});

test('no more is claimed than asked for', async () => {
  const { second, deliveries } = await pending(['a', 'b', 'c']);
  await silent(deliveries);
  const claimed = await claim(second, 2);
  assert.deepEqual(textsOf(claimed), ['a', 'b']);
  assert.deepEqual(textsOf(await claim(second, 2, claimed)), ['c']);
});

test('what a worker has read and does not carry is its own to take again, at once and with its message', async () => {
  const { first, second, deliveries } = await pending(['a', 'b', 'c']);
  const [a, ...lost] = deliveries;
  assert.ok(a);
  assert.deepEqual(await claim(second, 10, [], false), []);
  assert.deepEqual(await claim(first, 10, [a], false), lost);
  assert.deepEqual(await claim(first, 10, deliveries, false), []);
});

test('its own come first, however many others are abandoned', async () => {
  const { first, second, deliveries } = await pending(['a', 'b', 'c', 'd']);
  await keepAll(first, 'carrier', ['e', 'f']);
  const [carried] = await second.read('billing', ['carrier'], 2);
  assert.ok(carried);
  await silent(deliveries);
  assert.deepEqual(textsOf(await claim(second, 2, [carried])), ['f', 'a']);
});

test('what this worker carries, however silent it looks, does not hide what another one has abandoned', async () => {
  const { first, second, deliveries } = await pending(['a', 'b', 'c', 'd']);
  await keepAll(first, 'carrier', ['e']);
  const left = await second.read('billing', ['carrier'], 1);
  await silent(deliveries);
  await silence(given.redis, 'carrier', 'billing', 'second', entriesOf(left));
  assert.deepEqual(await claim(first, 1, deliveries), left);
});

test('what a worker refreshes in time is not claimed', async () => {
  const { first, second, deliveries } = await pending();
  await silent(deliveries);
  await first.refresh('carrier', 'billing', entriesOf(deliveries.slice(0, 1)));
  assert.deepEqual(textsOf(await claim(second, 10)), ['b']);
});

test('a refresh does not bring back what was settled', async () => {
  const { first, deliveries } = await pending(['a']);
  for (const delivery of deliveries) await settle(first, delivery, delivered);
  await first.refresh('carrier', 'billing', entriesOf(deliveries));
  assert.deepEqual(await booksOf(first, 'carrier'), books({ read: 1, delivered: 1 }));
});

test('what is handed back can be claimed at once', async () => {
  const { first, second, deliveries } = await pending();
  await first.handBack('carrier', 'billing', entriesOf(deliveries.slice(1)));
  assert.deepEqual(textsOf(await claim(second, 10)), ['b']);
});

test('a worker that comes back after it was given up settles what nobody else has, and only that', async () => {
  const { first, second, deliveries } = await pending();
  const [a, b] = deliveries;
  assert.ok(a && b);
  await silent(deliveries);
  await claim(second, 10);
  await settle(second, a, delivered);
  assert.equal(await settle(first, a, delivered), false);
  assert.equal(await settle(first, b, delivered), true);
  assert.equal(await settle(second, b, delivered), false);
  assert.deepEqual(await booksOf(first, 'carrier'), books({ read: 2, delivered: 2 }));
});

test('a consumer with something pending is never deleted', async () => {
  const { first } = await pending(['a']);
  assert.equal(await first.retire('carrier', 'billing', 'mine'), 0);
  assert.equal(await first.retire('carrier', 'billing', { idleMs: 0 }), 0);
  assert.deepEqual(await consumers(), ['first']);
  assert.deepEqual(await booksOf(first, 'carrier'), books({ read: 1, pending: 1 }));
});

test('a worker that ends deletes its own consumer and no other', async () => {
  const { first, second, deliveries } = await pending(['a']);
  await keepAll(second, 'carrier', ['b']);
  await second.read('billing', ['carrier'], 1);
  for (const delivery of deliveries) await settle(first, delivery, delivered);
  assert.deepEqual(await consumers(), ['first', 'second']);
  assert.equal(await first.retire('carrier', 'billing', 'mine'), 1);
  assert.deepEqual(await consumers(), ['second']);
});

test('consumers that were idle for long are deleted, younger ones are not', async () => {
  const { first, deliveries } = await pending(['a']);
  for (const delivery of deliveries) await settle(first, delivery, delivered);
  assert.equal(await first.retire('carrier', 'billing', { idleMs: 60_000 }), 0);
  assert.equal(await first.retire('carrier', 'billing', { idleMs: 0 }), 1);
  assert.deepEqual(await consumers(), []);
});

test('where there is no log or no cursor there is nobody to delete', async () => {
  const { first } = await pending(['a']);
  assert.equal(await first.retire('carrier', 'unheard-of', 'mine'), 0);
  assert.equal(await first.retire('unheard-of', 'billing', 'mine'), 0);
});
