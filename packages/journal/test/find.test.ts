import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { givenMessage, givenRedis, keepOne, newToken, planOf } from './given.ts';

const given = givenRedis();

async function applied(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('carrier'), planOf('alerts')]);
  return journal;
}

async function keep(journal: Journal, text: string, facts: Partial<Facts>, endpoint = 'carrier'): Promise<string> {
  return (await keepOne(journal, endpoint, givenMessage(text, { facts: { devices: [], ...facts } }), newToken())).id;
}

const device = (id: string) => ({ id, kind: 'iccid' });

test('messages are found by their correlation id, oldest first', async () => {
  const journal = await applied();
  const first = await keep(journal, 'a', { correlationId: 'request 1' });
  await keep(journal, 'b', { correlationId: 'request 2' });
  const third = await keep(journal, 'c', { correlationId: 'request 1' });
  assert.deepEqual(await journal.find('carrier', 'request 1'), [first, third]);
});

test('messages are found by each of their device ids', async () => {
  const journal = await applied();
  const first = await keep(journal, 'a', { devices: [device('8914801'), device('8914802')] });
  const second = await keep(journal, 'b', { devices: [device('8914802')] });
  assert.deepEqual(await journal.find('carrier', '8914801'), [first]);
  assert.deepEqual(await journal.find('carrier', '8914802'), [first, second]);
});

test('a message that names the same id several times is found once', async () => {
  const journal = await applied();
  const id = await keep(journal, 'a', { correlationId: '1', devices: [device('1'), { id: '1', kind: 'imei' }] });
  assert.deepEqual(await journal.find('carrier', '1'), [id]);
});

test('a resend adds nothing to be found', async () => {
  const journal = await applied();
  const id = await keep(journal, 'a', { correlationId: '1' });
  const again = givenMessage('a', { vendorAttempt: 2, facts: { correlationId: '1', devices: [] } });
  await keepOne(journal, 'carrier', again, newToken());
  assert.deepEqual(await journal.find('carrier', '1'), [id]);
});

test('each endpoint is searched for itself', async () => {
  const journal = await applied();
  await keep(journal, 'a', { correlationId: '1' });
  const id = await keep(journal, 'a', { correlationId: '1' }, 'alerts');
  assert.deepEqual(await journal.find('alerts', '1'), [id]);
});

test('what nobody named is not found', async () => {
  const journal = await applied();
  await keep(journal, 'a', { correlationId: '1' });
  for (const value of ['2', '', 'a', '\ud800', 'x'.repeat(10_000)])
    assert.deepEqual(await journal.find('carrier', value), []);
  assert.deepEqual(await journal.find('unheard-of', '1'), []);
});

test('what was trimmed is not found any more', async () => {
  const journal = await applied();
  await keep(journal, 'a', { correlationId: '1' });
  const id = await keep(journal, 'b', { correlationId: '1' });
  await given.redis.xtrim('relay:{carrier}:log', 'MAXLEN', 1);
  assert.deepEqual(await journal.find('carrier', '1'), [id]);
});

test('messages are found among thousands, in buckets old and new', async () => {
  const journal = await applied();
  const numbers = [...Array(7_000).keys()];
  const ids = await Promise.all(
    numbers.map((number) => keep(journal, `${number}`, { correlationId: `request ${number % 3_500}` })),
  );
  const generations = (await given.redis.hget('relay:{carrier}:totals', 'find'))?.split(' ').length ?? 0;
  assert.ok(generations > 1, 'the messages were too few to show anything');
  for (const number of [0, 1, 1_234, 3_499])
    assert.deepEqual(await journal.find('carrier', `request ${number}`), [ids[number], ids[number + 3_500]]);
});
