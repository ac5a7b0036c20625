import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { day, delivered, givenMessage, givenRedis, keepOne, newToken, planOf, settle } from './given.ts';

const given = givenRedis();
const hour = 60 * 60 * 1000;
/** For so long beyond its window what was received before an outage is recognised. */
const outage = hour / 4;

async function applied(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing'], { dedupMs: hour })]);
  return journal;
}

/** A typical callback: 600 bytes, one request, one device. */
function typical(number: number): Message {
  const correlationId = `24da9f9a-8110-4a54-86b4-${String(number).padStart(12, '0')}`;
  const devices = [{ kind: 'iccid', id: `89148000000${number}` }];
  const facts = { service: 'CarrierService', type: 'ActivateResponse', correlationId, status: 'Success', devices };
  return givenMessage(`callback ${number}`, { body: Buffer.alloc(600, 'x'), facts });
}

async function keepTypical(journal: Journal, count: number): Promise<void> {
  const numbers = [...Array(count).keys()];
  await Promise.all(numbers.map((number) => keepOne(journal, 'carrier', typical(number), newToken())));
}

const keysOf = (kind: string) => given.redis.keys(`relay:{carrier}:${kind}:*`);

test('dedup and look-up entries expire whole, once the last of them is of no use', async () => {
  await keepTypical(await applied(), 200);
  for (const [kind, validMs, sliceMs] of [
    ['seen', hour + outage, (hour + outage) / 2],
    ['find', day, day / 24],
  ] as const) {
    const keys = await keysOf(kind);
    assert.ok(keys.length > 0);
    for (const key of keys) {
      const ttl = await given.redis.pttl(key);
      assert.ok(ttl > validMs + sliceMs - 60_000 && ttl <= validMs + sliceMs, `${key} ${ttl}`);
    }
  }
});

test('a record expires a retention after its delivery was settled', async () => {
  const journal = await applied();
  await keepTypical(journal, 1);
  for (const delivery of await journal.read('billing', ['carrier'], 1)) await settle(journal, delivery, delivered);
  const [key = ''] = await keysOf('record');
  const ttl = await given.redis.pttl(key);
  assert.ok(ttl > day - hour && ttl <= day, String(ttl));
});

test('Redis holds dedup entries, look-ups and records in its compact form', async () => {
  const journal = await applied();
  await keepTypical(journal, 7_000);
  for (const delivery of await journal.read('billing', ['carrier'], 50)) await settle(journal, delivery, delivered);
  for (const kind of ['seen', 'find', 'record']) {
    const keys = await keysOf(kind);
    const encodings = await Promise.all(keys.map((key) => given.redis.object('ENCODING', key)));
    const compact = encodings.filter((encoding) => encoding === 'listpack').length;
    assert.ok(compact >= 0.95 * keys.length && keys.length > 0, `${kind}: ${compact} of ${keys.length}`);
  }
});

test('a waiting message of 600 bytes with its dedup entry and look-ups takes less than 1,000 bytes', async () => {
  const journal = await applied();
  await keepTypical(journal, 1_000);
  const before = await usedMemory();
  const count = 4_000;
  const numbers = [...Array(count).keys()].map((number) => number + 1_000);
  await Promise.all(numbers.map((number) => keepOne(journal, 'carrier', typical(number), newToken())));
  const each = ((await usedMemory()) - before) / count;
  assert.ok(each < 1_000, `${each} bytes`);
});

/** Of the data alone: buffers of connections come and go. */
async function usedMemory(): Promise<number> {
  const stats = (await given.redis.call('MEMORY', 'STATS')) as unknown[];
  return Number(stats[stats.indexOf('dataset.bytes') + 1]);
}
