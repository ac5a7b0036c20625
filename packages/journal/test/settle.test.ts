import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, Settlement } from '@relay/core';
import type { Journal } from '../src/index.ts';
import {
  books,
  booksOf,
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepAll,
  keepOne,
  newToken,
  open,
  planOf,
  settle,
  skipped,
} from './given.ts';

const given = givenRedis();

/** A journal and one pending delivery of it. */
async function pending(text = 'a'): Promise<{ journal: Journal; delivery: Delivery }> {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', [text]);
  const [delivery] = await journal.read('billing', ['carrier'], 1);
  assert.ok(delivery);
  return { journal, delivery };
}

const settlements: Record<Settlement['state'], Settlement> = { skipped, delivered, open, dead };

for (const [state, settlement] of Object.entries(settlements)) {
  test(`a pending delivery becomes ${state}`, async () => {
    const { journal, delivery } = await pending();
    assert.equal(await settle(journal, delivery, settlement), true);
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, [state]: 1 }));
  });

  test(`an open delivery becomes ${state}`, async () => {
    const { journal, delivery } = await pending();
    await settle(journal, delivery, open);
    assert.equal(await settle(journal, delivery, settlement), true);
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, [state]: 1 }));
  });
}

for (const first of ['skipped', 'delivered', 'dead'] as const) {
  test(`whatever comes after ${first} is too late and changes nothing`, async () => {
    const { journal, delivery } = await pending();
    await settle(journal, delivery, settlements[first]);
    const before = await everything();
    for (const late of Object.values(settlements)) assert.equal(await settle(journal, delivery, late), false);
    assert.deepEqual(await everything(), before);
  });
}

test('of contradicting settlements in one batch the first counts', async () => {
  const { journal, delivery } = await pending();
  const counted = await Promise.all([dead, delivered, open, skipped].map((late) => settle(journal, delivery, late)));
  assert.deepEqual(counted, [true, false, false, false]);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, dead: 1 }));
});

test('what was never read cannot be settled', async () => {
  const { journal, delivery } = await pending();
  await keepAll(journal, 'carrier', ['b']);
  const [id = ''] = await given.redis
    .xrevrange('relay:{carrier}:log', '+', '-', 'COUNT', 1)
    .then(([last]) => last ?? []);
  const unread = { ...delivery, entry: id as Delivery['entry'] };
  for (const settlement of Object.values(settlements)) assert.equal(await settle(journal, unread, settlement), false);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, pending: 1, waiting: 1 }));
});

test("one subscriber's settlement is not another's", async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await keepAll(journal, 'carrier', ['a']);
  const [delivery] = await journal.read('billing', ['carrier'], 1);
  assert.ok(delivery);
  await journal.read('audit', ['carrier'], 1);
  await settle(journal, delivery, delivered);
  assert.deepEqual(await booksOf(journal, 'carrier', 'audit'), books({ read: 1, pending: 1 }));
});

test('one batch settles deliveries of several endpoints and subscribers', async () => {
  const journal = given.journal();
  await journal.apply(['carrier', 'alerts'].map((endpoint) => planOf(endpoint, ['billing', 'audit'])));
  for (const endpoint of ['carrier', 'alerts']) await keepAll(journal, endpoint, ['a', 'b', 'c']);
  const deliveries = [
    ...(await journal.read('billing', ['carrier', 'alerts'], 10)),
    ...(await journal.read('audit', ['carrier', 'alerts'], 10)),
  ];
  const counted = await Promise.all(deliveries.map((delivery) => settle(journal, delivery, delivered)));
  assert.deepEqual(counted, Array(12).fill(true));
  for (const endpoint of ['carrier', 'alerts'])
    for (const subscriber of ['billing', 'audit'])
      assert.deepEqual(await booksOf(journal, endpoint, subscriber), books({ read: 3, delivered: 3 }));
});

test('an open delivery comes back with its message and its attempts so far', async () => {
  const { journal, delivery } = await pending('the body');
  await settle(journal, delivery, open);
  const again = await journal.open('carrier', 'billing', delivery.entry);
  assert.deepEqual(again, { ...delivery, attempts: { count: 1, firstAt: 1_700_000_000_000, words: ['503'] } });
});

test('a delivery that is not open any more, or never was, is undefined', async () => {
  const { journal, delivery } = await pending();
  assert.equal(await journal.open('carrier', 'billing', delivery.entry), undefined);
  await settle(journal, delivery, open);
  await settle(journal, delivery, delivered);
  assert.equal(await journal.open('carrier', 'billing', delivery.entry), undefined);
});

test('overdue are the open deliveries that were due before, the most overdue first, with their attempts', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a', 'b', 'c']);
  const [a, b, c] = await journal.read('billing', ['carrier'], 3);
  assert.ok(a && b && c);
  const due = (dueAt: number, count: number): Settlement => ({
    ...open,
    state: 'open',
    dueAt,
    attempts: { count, firstAt: 1, words: ['503'] },
    at: 1,
  });
  await settle(journal, a, due(3_000, 1));
  await settle(journal, b, due(1_000, 7));
  await settle(journal, c, due(2_000, 2));
  assert.deepEqual(await journal.overdue('carrier', 'billing', 2_500, 10), [
    { entry: b.entry, generation: 7 },
    { entry: c.entry, generation: 2 },
  ]);
  assert.deepEqual(await journal.overdue('carrier', 'billing', 9_000, 1), [{ entry: b.entry, generation: 7 }]);
});

test('a dead letter has the body, the metadata, the reason and the record', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  const body = Buffer.from([0xff, 0x00, 0xfe]);
  const facts = { correlationId: 'request 1', devices: [] };
  await keepOne(journal, 'carrier', givenMessage('a', { body, receivedAt: 5, facts }), newToken());
  const [delivery] = await journal.read('billing', ['carrier'], 1);
  assert.ok(delivery);
  const [before] = await given.redis.xrangeBuffer('relay:{carrier}:log', '-', '+');
  await settle(journal, delivery, dead);

  const [letter] = await given.redis.xrangeBuffer('relay:{carrier}:dead:billing', '-', '+');
  assert.deepEqual(letter?.[1]?.slice(0, 8), [
    Buffer.from('entry'),
    Buffer.from(delivery.entry),
    ...(before?.[1] ?? []).slice(0, 6), // body, metadata and ordinal; the token is of no use any more
  ]);
  assert.deepEqual(letter?.[1]?.slice(8).map(String), [
    'reason',
    'gone',
    'record',
    await given.redis.hget(`relay:{carrier}:record:${delivery.entry}`, 'billing'),
  ]);
  assert.equal((await journal.ledger('carrier'))[0]?.deadLetters, 1);
});

test('the ledger says when the last was delivered, and how old the oldest unread is', async () => {
  const { journal, delivery } = await pending();
  const [id = ''] = await keepAll(journal, 'carrier', ['b', 'c']);
  const before = Date.now();
  await settle(journal, delivery, delivered);
  const [ledger] = await journal.ledger('carrier');
  assert.ok(ledger?.lastDeliveredAt !== undefined && ledger.lastDeliveredAt >= before);
  assert.equal(ledger.oldestWaitingAt, Number(id.split('-')[1]));
});

test('the ledger says when an open delivery is due first', async () => {
  const { journal, delivery } = await pending();
  const openUntil = (at: number): Settlement => ({ state: 'open', attempts: delivery.attempts, at: 1_000, dueAt: at });
  const dueAt = async () => (await journal.ledger('carrier'))[0]?.firstDueAt;
  assert.equal(await dueAt(), undefined);
  await settle(journal, delivery, openUntil(2_000));
  await keepAll(journal, 'carrier', ['b']);
  const [later] = await journal.read('billing', ['carrier'], 1);
  if (later === undefined) throw new Error('nothing was read');
  await settle(journal, later, openUntil(1_795_000_000_000));
  assert.equal(await dueAt(), 2_000);
});

test('what was settled before another endpoint of the batch is refused is counted', async () => {
  const acl = (...rules: string[]) => given.redis.call('ACL', 'SETUSER', 'relay', ...rules);
  await acl('reset', 'on', '>secret', '~*', '&*', '+@all');
  const journal = given.journal({ url: given.server.url.replace('redis://', 'redis://relay:secret@') });
  const endpoints = ['carrier', 'alerts'];
  await journal.apply(endpoints.map((endpoint) => planOf(endpoint)));
  for (const endpoint of endpoints) await keepAll(journal, endpoint, ['a', 'b', 'c', 'd']);
  const deliveries = await journal.read('billing', endpoints, 10);
  const settleAll = () => Promise.allSettled(deliveries.map((one) => settle(journal, one, delivered)));
  // Redis asks for the log before it runs the script, and for the others where they are used.
  await acl('resetkeys', '~relay:{carrier}:*', ...['log', 'here', 'there'].map((part) => `~relay:{alerts}:${part}`));
  await settleAll();
  await acl('~*');
  await settleAll();
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 4, delivered: 4 }));
});

test('settling goes on while Redis is full, also into dead letters', async () => {
  const { journal, delivery } = await pending('x'.repeat(10_000));
  const again = { ...delivery, attempts: delivery.attempts };
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(keepAll(journal, 'carrier', ['no room']));
    assert.equal(await settle(journal, again, open), true);
    assert.equal(await settle(journal, again, dead), true);
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, dead: 1 }));
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
});

/** All that Redis holds. */
async function everything(): Promise<unknown> {
  const keys = (await given.redis.keys('*')).sort();
  return Promise.all(keys.map(async (key) => [key, await given.redis.dumpBuffer(key)]));
}

test('a delivery whose keys are broken fails by itself, and keeps no other from being settled', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing', 'erp'])]);
  await keepAll(journal, 'carrier', ['a']);
  const [broken] = await journal.read('billing', ['carrier'], 1);
  const [sound] = await journal.read('erp', ['carrier'], 1);
  assert.ok(broken && sound);
  await given.redis.set('relay:{carrier}:open:billing', 'no sorted set');
  const [first, second] = await Promise.allSettled([settle(journal, broken, open), settle(journal, sound, delivered)]);
  assert.equal(first.status, 'rejected');
  assert.deepEqual(second, { status: 'fulfilled', value: true });
});
