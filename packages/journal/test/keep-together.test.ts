import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { givenMessage, givenRedis, newToken, planOf, textsOf } from './given.ts';

const given = givenRedis();

async function applied(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('calls'), planOf('carrier')]);
  return journal;
}

function messagesOf(...texts: string[]): Message[] {
  return texts.map((text) => givenMessage(text, { vendorAttempt: undefined }));
}

async function unread(journal: Journal, endpoint = 'calls'): Promise<string[]> {
  return textsOf(await journal.read('billing', [endpoint], 1000));
}

test('what came together is kept in its order, each under an id of its own', async () => {
  const journal = await applied();
  const kept = await journal.keep('calls', messagesOf('a', 'b', 'c'), newToken());
  assert.deepEqual(
    kept.map(({ fresh }) => fresh),
    [true, true, true],
  );
  const deliveries = await journal.read('billing', ['calls'], 10);
  assert.deepEqual(textsOf(deliveries), ['a', 'b', 'c']);
  assert.deepEqual(
    deliveries.map(({ message }) => message.id),
    kept.map(({ id }) => id),
  );
});

test('of what comes again only the new part is kept', async () => {
  const journal = await applied();
  const [first] = await journal.keep('calls', messagesOf('a'), newToken());
  const kept = await journal.keep('calls', messagesOf('b', 'a', 'c'), newToken());
  assert.deepEqual(
    kept.map(({ fresh }) => fresh),
    [true, false, true],
  );
  assert.equal(kept[1]?.id, first?.id);
  assert.deepEqual(await unread(journal), ['a', 'b', 'c']);
});

test('what is there twice in one request is one message', async () => {
  const journal = await applied();
  const [first, second] = await journal.keep('calls', messagesOf('a', 'a'), newToken());
  assert.deepEqual([first?.fresh, second?.fresh], [true, false]);
  assert.equal(second?.id, first?.id);
});

test('our own repetition keeps nothing again and answers the same ids', async () => {
  const journal = await applied();
  const messages = messagesOf('a', 'b');
  const token = newToken();
  const first = await journal.keep('calls', messages, token);
  const again = await journal.keep('calls', messages, token);
  assert.deepEqual(
    again.map(({ id }) => id),
    first.map(({ id }) => id),
  );
  assert.deepEqual(await unread(journal), ['a', 'b']);
});

test('nothing is kept of a request without messages, and Redis is not asked', async () => {
  const journal = await applied();
  await given.redis.flushall();
  assert.deepEqual(await journal.keep('calls', [], newToken()), []);
  assert.deepEqual(await given.redis.keys('*'), []);
});

test('all of a request are kept once a log that had gone is made again', async () => {
  const journal = await applied();
  await given.redis.flushall();
  const [calls, carrier] = await Promise.all([
    journal.keep('calls', messagesOf('a', 'b'), newToken()),
    journal.keep('carrier', messagesOf('c'), newToken()),
  ]);
  assert.deepEqual([calls.length, carrier.length], [2, 1]);
  assert.deepEqual([await unread(journal), await unread(journal, 'carrier')], [['a', 'b'], ['c']]);
});

test('when Redis is full nothing of a request is kept', async () => {
  const journal = await applied();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(journal.keep('calls', messagesOf('a', 'b'), newToken()), { code: 'REDIS_AWAY' });
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
  assert.deepEqual(await unread(journal), []);
});

test('what many messages of a request are known by is bounded, but for their correlation ids', async () => {
  const journal = await applied();
  const devices = Array.from({ length: 32 }, (_, n) => ({ id: `device ${n}`, kind: 'phone_number' }));
  const messages = messagesOf(...Array.from({ length: 2_000 }, (_, n) => `${n}`)).map((message, n) => ({
    ...message,
    facts: { devices, correlationId: `callback ${n}` },
  }));
  const kept = await journal.keep('calls', messages, newToken());
  for (const n of [0, 1_000, 1_999]) assert.deepEqual(await journal.find('calls', `callback ${n}`), [kept[n]?.id]);
  assert.ok((await journal.find('calls', 'device 0')).length > 0);
  assert.deepEqual(await journal.find('calls', 'device 31'), []);
  const [alone] = await journal.keep(
    'calls',
    messages.slice(0, 1).map((one) => ({ ...one, digest: Buffer.alloc(32) })),
    newToken(),
  );
  assert.deepEqual(await journal.find('calls', 'device 30'), [alone?.id]);
});

test('requests of many messages are kept whole, in their order', async () => {
  const journal = await applied();
  const requests = Array.from({ length: 8 }, (_, request) =>
    messagesOf(...Array.from({ length: 700 }, (_, number) => `${request}:${number}`)),
  );
  const kept = await Promise.all(requests.map((messages) => journal.keep('calls', messages, newToken())));
  const ids = new Set(kept.flat().map(({ id }) => id));
  assert.equal(ids.size, 5_600);
  const texts: string[] = [];
  for (let more = await unread(journal); more.length > 0; more = await unread(journal)) texts.push(...more);
  assert.deepEqual(
    texts,
    requests.flat().map(({ body }) => body.toString()),
  );
});
