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
  const token = newToken();
  assert.equal(await journal.holds('carrier', [message], token), false);
  await keepOne(journal, 'carrier', message, token);
  assert.equal(await journal.holds('carrier', [message], token), true);
  const repeated = givenMessage('kept', { vendorAttempt: 2 });
  assert.equal(await journal.holds('carrier', [repeated, message], token), true);
  assert.equal(await journal.holds('alerts', [message], token), false);
  assert.equal(await journal.holds('nowhere', [message], token), false);
});

test('what came at another moment is another request', async () => {
  const journal = await applied();
  const message = givenMessage('kept');
  const token = newToken();
  await keepOne(journal, 'carrier', message, token);
  assert.equal(await journal.holds('carrier', [{ receivedAt: message.receivedAt - 1 }], token), false);
});

// It used to go by the bytes: of two twins the second was dropped, and with it whatever else its request had brought.
test('callbacks that are alike to the byte and came at the same moment are told apart', async () => {
  const journal = await applied();
  const twin = givenMessage('twin');
  await keepOne(journal, 'carrier', twin, newToken());
  const token = newToken();
  const request = [twin, givenMessage('in its company', { receivedAt: twin.receivedAt })];
  assert.equal(await journal.holds('carrier', request, token), false);
  await journal.keep('carrier', request, token);
  assert.equal(await journal.holds('carrier', request, token), true);
});

// It used to be looked for among the first 2,000 only.
test('it is found behind thousands of others of the same moment, large ones among them', async () => {
  const journal = await applied();
  const message = givenMessage('last');
  const token = newToken();
  const { receivedAt } = message;
  const large = Array.from({ length: 12 }, (_, n) => ({ body: Buffer.alloc(1024 * 1024, n) }));
  const others = Array.from({ length: 5_000 }, (_, n) => givenMessage(`other ${n}`, { receivedAt, ...large[n] }));
  await journal.keep('carrier', others, newToken());
  assert.equal(await journal.holds('carrier', [message], token), false);
  await keepOne(journal, 'carrier', message, token);
  assert.equal(await journal.holds('carrier', [message], token), true);
});

test('it is not searched for where it cannot be', async () => {
  const journal = await applied();
  const longAgo = givenMessage('long ago', { receivedAt: Date.now() - 3_600_000 });
  const token = newToken();
  await keepOne(journal, 'carrier', longAgo, token);
  assert.equal(await journal.holds('carrier', [longAgo], token), false);
});

test('half a surrogate pair in what a vendor sent does not keep it from being found', async () => {
  const journal = await applied();
  const message = givenMessage('kept', { facts: { correlationId: '\ud800', devices: [] } });
  const token = newToken();
  await keepOne(journal, 'carrier', message, token);
  assert.equal(await journal.holds('carrier', [message], token), true);
});
