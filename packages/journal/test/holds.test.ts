import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal } from '../src/index.ts';
import { givenMessage, givenRedis, keepOne, newToken, planOf } from './given.ts';

const given = givenRedis();

async function applied(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('carrier'), planOf('alerts')]);
  return journal;
}

test('the log holds what was kept around the time it was received, in whatever company', async () => {
  const journal = await applied();
  const message = givenMessage('kept');
  assert.equal(await journal.holds('carrier', [message]), false);
  await keepOne(journal, 'carrier', message, newToken());
  assert.equal(await journal.holds('carrier', [message]), true);
  assert.equal(await journal.holds('carrier', [givenMessage('not kept'), message]), true);
  assert.equal(await journal.holds('alerts', [message]), false);
  assert.equal(await journal.holds('nowhere', [message]), false);
});

test('a callback that looks alike, and another of the same moment, are others', async () => {
  const journal = await applied();
  const message = givenMessage('kept');
  await keepOne(journal, 'carrier', message, newToken());
  assert.equal(await journal.holds('carrier', [{ ...message, receivedAt: message.receivedAt - 1 }]), false);
  const other = { ...message, body: Buffer.from('other') };
  assert.equal(await journal.holds('carrier', [other]), false);
  const later = { ...message, receivedAt: message.receivedAt + 1 };
  assert.equal(await journal.holds('carrier', [other, later]), false);
});

// It used to be looked for among the first 2,000 only.
test('it is found behind thousands of others of the same moment, large ones among them', async () => {
  const journal = await applied();
  const message = givenMessage('last');
  const { receivedAt } = message;
  const large = Array.from({ length: 12 }, (_, n) => ({ body: Buffer.alloc(1024 * 1024, n) }));
  const others = Array.from({ length: 5_000 }, (_, n) => givenMessage(`other ${n}`, { receivedAt, ...large[n] }));
  await journal.keep('carrier', others, newToken());
  assert.equal(await journal.holds('carrier', [message]), false);
  await keepOne(journal, 'carrier', message, newToken());
  assert.equal(await journal.holds('carrier', [message]), true);
});

test('it is not searched for where it cannot be', async () => {
  const journal = await applied();
  const longAgo = givenMessage('long ago', { receivedAt: Date.now() - 3_600_000 });
  await keepOne(journal, 'carrier', longAgo, newToken());
  assert.equal(await journal.holds('carrier', [longAgo]), false);
});

test('half a surrogate pair in what a vendor sent does not keep it from being found', async () => {
  const journal = await applied();
  const message = givenMessage('kept', { facts: { correlationId: '\ud800', devices: [] } });
  await keepOne(journal, 'carrier', message, newToken());
  assert.equal(await journal.holds('carrier', [message]), true);
});
