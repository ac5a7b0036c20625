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
  assert.equal(await journal.holds('carrier', [{ ...message, body: Buffer.from('other') }]), false);
});

test('it is found behind hundreds of others, and not searched for where it cannot be', async () => {
  const journal = await applied();
  const message = givenMessage('last');
  const others = Array.from({ length: 300 }, (_, n) => givenMessage(`other ${n}`));
  await journal.keep('carrier', others, newToken());
  await keepOne(journal, 'carrier', message, newToken());
  assert.equal(await journal.holds('carrier', [message]), true);
  const longAgo = givenMessage('long ago', { receivedAt: Date.now() - 3_600_000 });
  await keepOne(journal, 'carrier', longAgo, newToken());
  assert.equal(await journal.holds('carrier', [longAgo]), false);
});
