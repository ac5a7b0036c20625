import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Delivery } from '@relay/core';
import { eventually } from '@relay/testkit';
import type { Journal } from '../src/index.ts';
import {
  books,
  booksOf,
  day,
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
  textsOf,
} from './given.ts';

const given = givenRedis();
const log = 'relay:{carrier}:log';

let retentionMs: number;
let journal: Journal;

beforeEach(() => {
  retentionMs = day;
  journal = given.journal({ retentionMs: () => retentionMs });
});

async function kept(texts: readonly string[], subscribers = ['billing']): Promise<void> {
  await journal.apply([planOf('carrier', subscribers)]);
  await keepAll(journal, 'carrier', texts);
}

const read = (subscriber = 'billing', count = 100) => journal.read(subscriber, ['carrier'], count);

async function readAndSettle(settlement = delivered, subscriber = 'billing'): Promise<Delivery[]> {
  const deliveries = await read(subscriber);
  for (const delivery of deliveries) await settle(journal, delivery, settlement);
  return deliveries;
}

/** Trims once everything that is there is older than the retention. */
async function trimAged(subscribers = ['billing']) {
  retentionMs = 0;
  const [newest] = await given.redis.xrevrange(log, '+', '-', 'COUNT', 1);
  const newestAt = Number.parseInt(newest?.[0] ?? '0', 10);
  await eventually('all to be older than the retention', () => Date.now() > newestAt);
  const trimmed = await journal.trim('carrier', subscribers);
  retentionMs = day;
  return trimmed;
}

async function left(): Promise<string[]> {
  return (await given.redis.xrange(log, '-', '+')).map(([, [, body = '']]) => body);
}

test('what is younger than the retention stays', async () => {
  await kept(['a', 'b']);
  await readAndSettle();
  assert.deepEqual(await journal.trim('carrier', ['billing']), {
    trimmed: 0,
    putAside: 0,
    discarded: 0,
    aheadMs: 0,
    unfinished: false,
  });
  assert.deepEqual(await left(), ['a', 'b']);
});

test('what is older and settled goes', async () => {
  await kept(['a', 'b']);
  await readAndSettle();
  assert.equal((await trimAged()).trimmed, 2);
  assert.deepEqual(await left(), []);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, delivered: 2 }));
});

test('what goes by age and what is younger are told apart', async () => {
  await kept(['a', 'b']);
  await readAndSettle();
  const entries = await given.redis.xrange(log, '-', '+');
  await given.redis.del(log, 'relay:{carrier}:cursor:billing');
  for (const [i, [, fields]] of entries.entries())
    await given.redis.xadd(log, `${Date.now() - (2 - i) * day + 60_000}-0`, ...fields);
  await journal.trim('carrier', []);
  assert.deepEqual(await left(), ['b']);
});

test('what one of the subscribers has not read stays, however old', async () => {
  await kept(['a', 'b', 'c'], ['billing', 'audit']);
  await readAndSettle();
  for (const delivery of await read('audit', 1)) await settle(journal, delivery, delivered);
  assert.equal((await trimAged(['billing', 'audit'])).trimmed, 1);
  assert.deepEqual(textsOf(await read('audit')), ['b', 'c']);
});

test('what is pending stays, however old, and all behind it', async () => {
  await kept(['a', 'b', 'c']);
  const [a, b, c] = await read();
  assert.ok(a && b && c);
  await settle(journal, a, delivered);
  await settle(journal, c, delivered);
  assert.equal((await trimAged()).trimmed, 1);
  assert.deepEqual(await left(), ['b', 'c']);
  await settle(journal, b, delivered);
  assert.equal((await trimAged()).trimmed, 2);
});

for (const [state, settlement] of Object.entries({ delivered, dead })) {
  test(`an open delivery takes its body along, can be ${state} later, and is released then`, async () => {
    await kept(['a', 'b']);
    const [a] = await readAndSettle(open);
    assert.ok(a);
    const [entry] = await given.redis.xrange(log, a.entry, a.entry);
    assert.deepEqual(await trimAged(), { trimmed: 2, putAside: 2, discarded: 0, aheadMs: 0, unfinished: false });
    assert.deepEqual(await left(), []);
    assert.deepEqual((await journal.open('carrier', 'billing', a.entry))?.message, a.message);

    assert.equal(await settle(journal, a, open), true);
    assert.equal(await settle(journal, a, settlement), true);
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, open: 1, [state]: 1 }));
    assert.equal((await given.redis.keys('relay:{carrier}:held:*')).length, 1);
    const letters = await given.redis.xrange('relay:{carrier}:dead:billing', '-', '+');
    assert.deepEqual(
      letters.map(([, fields]) => fields.slice(2, 8)),
      state === 'dead' ? [entry?.[1].slice(0, 6)] : [],
    );
  });
}

test('a body that two subscribers have open is released with the later one', async () => {
  await kept(['a'], ['billing', 'audit']);
  const [mine] = await readAndSettle(open, 'billing');
  const [theirs] = await readAndSettle(open, 'audit');
  assert.ok(mine && theirs);
  assert.equal((await trimAged(['billing', 'audit'])).putAside, 2);
  await settle(journal, mine, delivered);
  assert.deepEqual((await journal.open('carrier', 'audit', theirs.entry))?.message, theirs.message);
  await settle(journal, theirs, delivered);
  assert.deepEqual(await given.redis.keys('relay:{carrier}:held:*'), []);
});

test('each trim saves how far every cursor has come', async () => {
  await kept(['a', 'b', 'c']);
  const [a, b] = await read('billing', 2);
  assert.ok(a && b);
  await settle(journal, a, delivered);
  await journal.trim('carrier', ['billing']);
  await given.redis.xgroup('DESTROY', log, 'billing');
  assert.deepEqual(textsOf(await read()), ['b', 'c']);
});

// Its unread messages used to be trimmed before anybody noticed that the cursor was missing.
test('what a missing cursor has not reached stays, and its open deliveries take their bodies along', async () => {
  await kept(['a', 'b']);
  const [a] = await read('billing', 1);
  assert.ok(a);
  await settle(journal, a, open);
  await journal.trim('carrier', ['billing']);
  await given.redis.xgroup('DESTROY', log, 'billing');
  assert.deepEqual(await trimAged(), { trimmed: 1, putAside: 1, discarded: 0, aheadMs: 0, unfinished: false });
  assert.deepEqual((await journal.open('carrier', 'billing', a.entry))?.message, a.message);
  assert.deepEqual(textsOf(await read()), ['b']);
});

// It used to be passed: two configurations at once, as while one is rolled out, and a group that is gone.
test('what a missing cursor has not reached stays, also where another configuration names it', async () => {
  await kept(['a', 'b', 'c'], ['billing', 'audit']);
  for (const delivery of await read('audit', 1)) await settle(journal, delivery, delivered);
  await readAndSettle();
  await journal.trim('carrier', ['billing', 'audit']);
  await given.redis.xgroup('DESTROY', log, 'audit');
  assert.equal((await journal.trim('carrier', ['billing'], { pressed: true })).trimmed, 1);
  assert.deepEqual(await left(), ['b', 'c']);
  await orphan('audit');
  assert.equal((await journal.trim('carrier', ['billing'], { pressed: true })).discarded, 2);
  assert.deepEqual(await left(), []);
  assert.equal(await given.redis.exists('relay:{carrier}:cursor:audit'), 0);
  assert.deepEqual(await given.redis.smembers('relay:{carrier}:cursors'), ['billing']);
});

test('a cursor that was made and lost before anything was trimmed holds its messages', async () => {
  await kept(['a'], ['billing', 'audit']);
  await readAndSettle();
  await given.redis.xgroup('DESTROY', log, 'audit');
  assert.equal((await journal.trim('carrier', ['billing'], { pressed: true })).trimmed, 0);
});

test('an orphaned cursor holds its messages for one retention', async () => {
  await kept(['a', 'b'], ['billing', 'audit']);
  await readAndSettle();
  assert.equal((await journal.trim('carrier', ['billing'])).discarded, 0);
  assert.deepEqual(await left(), ['a', 'b']);
  assert.deepEqual(await booksOf(journal, 'carrier', 'audit'), books({ waiting: 2 }));
});

test('after that what it had not settled is discarded and counted, and nothing of it stays but its dead letters', async () => {
  await kept(['a', 'b', 'c', 'd'], ['billing', 'audit']);
  await readAndSettle();
  const [a, b] = await read('audit', 3);
  assert.ok(a && b);
  await settle(journal, a, open);
  await settle(journal, b, dead);
  assert.equal((await trimAged(['billing', 'audit'])).trimmed, 2);

  await orphan('audit');
  assert.equal((await trimAged(['billing'])).discarded, 3);
  assert.equal(await given.redis.hget('relay:{carrier}:totals', 'discarded'), '3');
  assert.deepEqual(
    (await journal.ledger('carrier')).map(({ subscriber }) => subscriber),
    ['billing'],
  );
  assert.deepEqual(await left(), []);
  const keys = await given.redis.keys('relay:{carrier}:*');
  assert.deepEqual(
    keys.filter((key) => /held|audit/.test(key)),
    ['relay:{carrier}:dead:audit'],
  );
});

test('the log of an endpoint that no configuration names any more is emptied after one retention', async () => {
  await kept(['a', 'b']);
  await readAndSettle();
  await keepAll(journal, 'carrier', ['c']);
  assert.equal((await journal.trim('carrier', [])).discarded, 0);
  assert.deepEqual(await left(), ['a', 'b', 'c']);
  await orphan('billing');
  assert.deepEqual(await trimAged([]), { trimmed: 3, putAside: 0, discarded: 1, aheadMs: 0, unfinished: false });
  assert.deepEqual(await journal.ledger('carrier'), []);
});

test('a log whose ids lie in the future is trimmed by receive time, and says how far ahead it is', async () => {
  await kept([]);
  const ahead = 7 * day;
  await given.redis.call('XSETID', log, `${Date.now() + ahead}-0`);
  const ages = { old: 2 * day, older: 3 * day, young: 0 };
  for (const text of ['older', 'old', 'young'] as const)
    await keepOne(journal, 'carrier', givenMessage(text, { receivedAt: Date.now() - ages[text] }), newToken());
  await readAndSettle();
  const { trimmed, aheadMs } = await journal.trim('carrier', ['billing']);
  assert.equal(trimmed, 2);
  assert.ok(aheadMs > ahead - 60_000 && aheadMs <= ahead, String(aheadMs));
  assert.deepEqual(await left(), ['young']);
});

// It used to stop the trimming of the whole log: the metadata was read by a decoder that refuses it.
test('half a surrogate pair in what a vendor sent does not keep a log from being trimmed', async () => {
  await kept([]);
  await given.redis.call('XSETID', log, `${Date.now() + day}-0`);
  const facts = { correlationId: '\ud800', devices: [] };
  await keepOne(journal, 'carrier', givenMessage('a', { receivedAt: Date.now() - 2 * day, facts }), newToken());
  await keepAll(journal, 'carrier', ['b']);
  await readAndSettle();
  assert.equal((await journal.trim('carrier', ['billing'])).trimmed, 1);
});

// It used to be refused, although nothing else makes room.
test('a log is trimmed while Redis is full', async () => {
  await kept(['a', 'b']);
  await readAndSettle();
  const open = await keepAndOpen('c');
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    assert.equal((await trimAged()).trimmed, 3);
    assert.ok(await journal.open('carrier', 'billing', open.entry));
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
});

test('under pressure what no cursor needs any more goes, however young it is, and nothing else', async () => {
  await kept(['a', 'b', 'c', 'd'], ['billing', 'audit']);
  await readAndSettle(delivered, 'audit');
  const [a, b, c] = await read('billing', 3);
  assert.ok(a && b && c);
  for (const delivery of [a, c]) await settle(journal, delivery, delivered);
  await settle(journal, b, open);
  const trimmed = await journal.trim('carrier', ['billing', 'audit'], { pressed: true });
  assert.deepEqual([trimmed.trimmed, trimmed.putAside], [3, 1]);
  assert.deepEqual(await left(), ['d']);
  assert.deepEqual((await journal.open('carrier', 'billing', b.entry))?.message, b.message);
  assert.deepEqual(textsOf(await read()), ['d']);
  assert.equal((await journal.trim('carrier', ['billing', 'audit'], { pressed: true })).trimmed, 0);
});

test('under pressure dedup entries, look-ups and records stay, and an orphaned cursor holds its messages', async () => {
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  const message = givenMessage('a', { facts: { correlationId: 'request 1', devices: [] } });
  const { id } = await keepOne(journal, 'carrier', message, newToken());
  await readAndSettle();
  await journal.trim('carrier', ['billing'], { pressed: true });
  assert.deepEqual(await left(), ['a']);
  assert.deepEqual(await booksOf(journal, 'carrier', 'audit'), books({ waiting: 1 }));
  await readAndSettle(delivered, 'audit');
  assert.equal((await journal.trim('carrier', ['billing'], { pressed: true })).trimmed, 1);
  const resend = await keepOne(journal, 'carrier', { ...message, vendorAttempt: 2 }, newToken());
  assert.deepEqual(resend, { id, fresh: false });
  assert.equal((await given.redis.keys('relay:{carrier}:find:*')).length, 1);
  assert.deepEqual(
    (await journal.story(id))?.deliveries.map(({ state }) => state),
    ['delivered', 'delivered'],
  );
});

// It used to be trimmed by age, as if nobody were to read it.
test('what a cursor is to read that has lost even its floor stays', async () => {
  await kept(['a', 'b']);
  await given.redis.xgroup('DESTROY', log, 'billing');
  await given.redis.del('relay:{carrier}:cursor:billing');
  await trimAged();
  await journal.trim('carrier', ['billing'], { pressed: true });
  assert.deepEqual(textsOf(await read()), ['a', 'b']);
});

test('a very long log is trimmed in several short calls', async () => {
  await kept(['a']);
  const [[, fields] = []] = await given.redis.xrange(log, '-', '+');
  assert.ok(fields);
  const many = "for _ = 2, 60000 do redis.call('XADD', KEYS[1], '*', unpack(ARGV)) end";
  await given.redis.eval(many, 1, log, ...fields);
  await given.redis.xgroup('SETID', log, 'billing', '$');
  const first = await journal.trim('carrier', ['billing'], { pressed: true });
  assert.equal(first.unfinished, true);
  const second = await journal.trim('carrier', ['billing'], { pressed: true });
  assert.deepEqual([second.unfinished, first.trimmed + second.trimmed], [false, 60_000]);
});

test('there is nothing to trim where there is no log', async () => {
  assert.deepEqual(await journal.trim('unheard-of', ['billing']), {
    trimmed: 0,
    putAside: 0,
    discarded: 0,
    aheadMs: 0,
    unfinished: false,
  });
  assert.deepEqual(await given.redis.keys('*'), []);
});

async function keepAndOpen(text: string): Promise<Delivery> {
  await keepAll(journal, 'carrier', [text]);
  const [delivery] = await readAndSettle(open);
  assert.ok(delivery);
  return delivery;
}

/** Makes it more than a retention of any length since a configuration named this subscriber. */
async function orphan(subscriber: string): Promise<void> {
  await given.redis.hset(`relay:{carrier}:cursor:${subscriber}`, 'alive', 1);
}

test('a long log with something open is trimmed in several short calls', async () => {
  const texts = [...Array(6_000).keys()].map((number) => `message ${number}`);
  await journal.apply([planOf('carrier')]);
  await Promise.all(texts.map((text) => keepOne(journal, 'carrier', givenMessage(text), newToken())));
  const deliveries = await read('billing', texts.length);
  await Promise.all(
    deliveries.map((delivery, number) => settle(journal, delivery, number === 5_500 ? open : delivered)),
  );

  const first = await trimAged();
  assert.equal(first.unfinished, true);
  assert.ok(first.trimmed > 0 && first.trimmed < texts.length);
  const second = await trimAged();
  assert.deepEqual([second.unfinished, second.putAside, first.trimmed + second.trimmed], [false, 1, texts.length]);
  const [left] = deliveries.slice(5_500);
  assert.ok(left && (await journal.open('carrier', 'billing', left.entry)));
});

test('a cursor that is given up is gone, also while another one takes several calls', async () => {
  const texts = [...Array(5_100).keys()].map((number) => `message ${number}`);
  await journal.apply([planOf('carrier', ['a-long', 'b-short'])]);
  await Promise.all(texts.map((text) => keepOne(journal, 'carrier', givenMessage(text), newToken())));
  const deliveries = await read('a-long', texts.length);
  await Promise.all(deliveries.map((delivery) => settle(journal, delivery, open)));
  for (const name of ['a-long', 'b-short']) await given.redis.hset(`relay:{carrier}:cursor:${name}`, 'alive', 1);

  const first = await trimAged([]);
  assert.equal(first.unfinished, true);
  assert.equal(await given.redis.exists('relay:{carrier}:cursor:b-short'), 0);
  const second = await trimAged([]);
  assert.equal(second.unfinished, false);
  assert.equal(first.discarded + second.discarded, 2 * texts.length);
  assert.equal(await given.redis.exists('relay:{carrier}:cursor:a-long'), 0);
});
