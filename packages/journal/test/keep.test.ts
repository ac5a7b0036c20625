import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { placeOf } from '@relay/core';
import fc from 'fast-check';
import type { Journal } from '../src/index.ts';
import { givenMessage, givenRedis, keepAll, keepOne, newToken, planOf, textsOf } from './given.ts';

const given = givenRedis();

async function applied(...endpoints: string[]): Promise<Journal> {
  const journal = given.journal();
  await journal.apply(endpoints.map((endpoint) => planOf(endpoint)));
  return journal;
}

test('an id says where the message lies and ends with the first digits of its digest', async () => {
  const journal = await applied('carrier');
  const message = givenMessage('a', { digest: Buffer.from(`beef${'00'.repeat(30)}`, 'hex') });
  const { id, fresh } = await keepOne(journal, 'carrier', message, newToken());
  assert.equal(fresh, true);
  const place = placeOf(id);
  assert.equal(place?.endpoint, 'carrier');
  assert.equal(place.check, 'beef');
  assert.equal((await given.redis.xrange('relay:{carrier}:log', place.entry, place.entry)).length, 1);
});

test('messages are numbered without a gap from 1, in the order they were kept', async () => {
  const journal = await applied('carrier');
  const texts = [...Array(300).keys()].map(String);
  const kept = await Promise.all(texts.map((text) => keepOne(journal, 'carrier', givenMessage(text), newToken())));
  const deliveries = await journal.read('billing', ['carrier'], 1000);
  assert.deepEqual(textsOf(deliveries), texts);
  assert.deepEqual(
    deliveries.map(({ message }) => [message.ordinal, message.id]),
    kept.map(({ id }, i) => [i + 1, id]),
  );
});

test('several endpoints share batches and each message reaches its own log', async () => {
  const journal = await applied('carrier', 'alerts', 'nidd');
  const names = [...Array(60).keys()].map((i) => ['carrier', 'alerts', 'nidd'][i % 3] ?? '');
  await Promise.all(names.map((name, i) => keepOne(journal, name, givenMessage(`${name} ${i}`), newToken())));
  for (const name of ['carrier', 'alerts', 'nidd']) {
    const deliveries = await journal.read('billing', [name], 100);
    assert.deepEqual(
      textsOf(deliveries),
      names.map((other, i) => `${other} ${i}`).filter((text) => text.startsWith(name)),
    );
    assert.deepEqual(
      deliveries.map(({ message }) => message.ordinal),
      [...Array(20).keys()].map((i) => i + 1),
    );
  }
});

test('a body comes back byte for byte: not UTF-8, empty, 1 MiB', async () => {
  const journal = await applied('carrier');
  const bodies = [Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a]), Buffer.alloc(0), randomBytes(1024 * 1024)];
  for (const [i, body] of bodies.entries())
    await keepOne(journal, 'carrier', givenMessage(`body ${i}`, { body }), newToken());
  const deliveries = await journal.read('billing', ['carrier'], 10);
  assert.deepEqual(
    deliveries.map(({ message }) => message.body.equals(bodies[message.ordinal - 1] ?? Buffer.from('none'))),
    [true, true, true],
  );
});

test('what is known of a message comes back as it was, whatever the vendor put there', async () => {
  const journal = await applied('carrier');
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }), { nil: undefined });
  const facts = { account: text, service: text, type: text, correlationId: text, status: text };
  const known = fc.record({
    ...facts,
    contentType: fc.oneof(
      fc.constantFrom(undefined, 'application/json', 'text/xml; charset=utf-8'),
      fc.string({ minLength: 1 }),
    ),
    receivedAt: fc.integer({ min: 0, max: 9_000_000_000_000 }),
    vendorAttempt: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
    body: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    headers: fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(known, async ({ contentType, receivedAt, vendorAttempt, body, headers, ...said }) => {
      const present = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      const asked = headers && { headers: { ...headers } };
      const about = { contentType, receivedAt, vendorAttempt, body, ...asked, facts: { ...present, devices: [] } };
      const { id } = await keepOne(journal, 'carrier', givenMessage(newToken(), about), newToken());
      const [delivery] = await journal.read('billing', ['carrier'], 1);
      const { ordinal, ...message } = delivery?.message ?? { ordinal: 0 };
      assert.ok(ordinal > 0);
      const known = { id, endpoint: 'carrier', contentType, receivedAt, vendorAttempt, body, ...asked, ...said };
      assert.deepEqual(message, known);
    }),
  );
});

test('headers cost a message nothing that has none, and are no part of what a resend repeats', async () => {
  const journal = await applied('carrier');
  const headers = { 'x-team': 'billing' };
  const plain = givenMessage('a', { receivedAt: 5, vendorAttempt: 1 });
  const kept = await keepOne(journal, 'carrier', plain, newToken());
  const again = await keepOne(journal, 'carrier', { ...plain, headers, vendorAttempt: 2 }, newToken());
  assert.deepEqual(again, { id: kept.id, fresh: false });
  await keepOne(journal, 'carrier', givenMessage('b', { receivedAt: 5, headers }), newToken());
  const entries = await given.redis.xrange('relay:{carrier}:log', '-', '+');
  const metadata = entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('m') + 1] ?? ''));
  assert.equal(metadata[0].length, 3);
  assert.deepEqual(metadata[1].slice(2), [1, null, null, null, null, null, null, headers]);
});

test('an entry that a newer relay wrote with more than is known of it is read', async () => {
  const journal = await applied('carrier');
  const metadata = JSON.stringify([5, 'abcd', ...Array(7).fill(null), { 'x-team': 'billing' }, 'more', ['news']]);
  await given.redis.call('XADD', 'relay:{carrier}:log', '*', 'b', 'body', 'm', metadata, 'n', '1');
  const [delivery] = await journal.read('billing', ['carrier'], 1);
  const { receivedAt, headers, unreadable } = delivery?.message ?? {};
  assert.deepEqual(
    { receivedAt, headers, unreadable },
    { receivedAt: 5, headers: { 'x-team': 'billing' }, unreadable: undefined },
  );
});

test('a log that is not there yet is made from the plan', async () => {
  const journal = await applied('carrier');
  await given.redis.flushall();
  await keepAll(journal, 'carrier', ['a', 'b']);
  assert.deepEqual(textsOf(await journal.read('billing', ['carrier'], 10)), ['a', 'b']);
});

test('an endpoint that no plan names is refused and nothing is kept of it', async () => {
  const journal = await applied('carrier');
  await assert.rejects(keepOne(journal, 'unheard-of', givenMessage('a'), newToken()), { code: 'UNKNOWN_LOG' });
  assert.deepEqual(await given.redis.keys('relay:{unheard-of}:*'), []);
});

// One unknown endpoint used to make the whole batch fail, with logs that were known and only had to be made again.
test('an endpoint that no plan names does no harm to the rest of its batch', async () => {
  const journal = await applied('carrier', 'alerts');
  await given.redis.del('relay:{alerts}:log');
  const endpoints = ['carrier', 'unheard-of', 'alerts'];
  const keepings = await Promise.allSettled(
    endpoints.map((endpoint) => keepOne(journal, endpoint, givenMessage('a'), newToken())),
  );
  assert.deepEqual(
    keepings.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});
