import assert from 'node:assert/strict';
import { test } from 'node:test';
import { none, type Settlement } from '@relay/core';
import type { DeliveryStory, Journal } from '../src/index.ts';
import { dead, delivered, givenRedis, keepAll, open, planOf, settle, skipped } from './given.ts';

const given = givenRedis();

async function kept(subscribers = ['billing']): Promise<{ journal: Journal; id: string }> {
  const journal = given.journal();
  await journal.apply([planOf('carrier', subscribers)]);
  const [id = ''] = await keepAll(journal, 'carrier', ['a']);
  return { journal, id };
}

async function readAndSettle(journal: Journal, subscriber: string, settlement: Settlement): Promise<void> {
  for (const delivery of await journal.read(subscriber, ['carrier'], 10)) await settle(journal, delivery, settlement);
}

/** What a record of that settlement says. */
function recorded(subscriber: string, settlement: Exclude<Settlement, { state: 'skipped' }>): DeliveryStory {
  const { state, attempts, at } = settlement;
  const dueAt = settlement.state === 'open' && { dueAt: settlement.dueAt };
  const reason = settlement.state === 'dead' && { reason: settlement.reason };
  return { subscriber, state, attempts, lastAt: at, ...dueAt, ...reason };
}

test('a message that nobody has read yet is waiting, and its story has the message itself', async () => {
  const { journal, id } = await kept();
  const story = await journal.story(id);
  assert.deepEqual(story?.deliveries, [{ subscriber: 'billing', state: 'waiting', attempts: none }]);
  const [delivery] = await journal.read('billing', ['carrier'], 1);
  assert.deepEqual(story.message, delivery?.message);
});

test('a message has a delivery per subscriber, each in its own state', async () => {
  const subscribers = ['audit', 'billing', 'crm', 'desk', 'erp', 'fleet'];
  const { journal, id } = await kept(subscribers);
  await readAndSettle(journal, 'billing', delivered);
  await readAndSettle(journal, 'crm', open);
  await readAndSettle(journal, 'desk', dead);
  await readAndSettle(journal, 'erp', skipped);
  await journal.read('fleet', ['carrier'], 1);
  assert.ok(delivered.state === 'delivered' && open.state === 'open' && dead.state === 'dead');
  assert.deepEqual((await journal.story(id))?.deliveries, [
    { subscriber: 'audit', state: 'waiting', attempts: none },
    recorded('billing', delivered),
    recorded('crm', open),
    recorded('desk', dead),
    { subscriber: 'erp', state: 'settled', attempts: none },
    { subscriber: 'fleet', state: 'pending', attempts: none },
  ]);
});

test('a settled message that was trimmed still tells how it was delivered', async () => {
  const { journal, id } = await kept();
  await readAndSettle(journal, 'billing', delivered);
  await given.redis.xtrim('relay:{carrier}:log', 'MAXLEN', 0);
  assert.ok(delivered.state === 'delivered');
  assert.deepEqual(await journal.story(id), { message: undefined, deliveries: [recorded('billing', delivered)] });
});

test('a trimmed message that is still open has its body', async () => {
  const { journal, id } = await kept();
  await readAndSettle(journal, 'billing', open);
  const before = await journal.story(id);
  const old = given.journal({ retentionMs: () => -60_000 });
  assert.equal((await old.trim('carrier', ['billing'])).putAside, 1);
  assert.deepEqual(await journal.story(id), before);
});

test('wrong check digits name no message', async () => {
  const { journal, id } = await kept();
  const wrong = id.endsWith('0') ? '1' : '0';
  assert.equal(await journal.story(id.slice(0, -1) + wrong), undefined);
});

test('an id that no message has is undefined, and so is what is no id', async () => {
  const { journal, id } = await kept();
  const others = [id.replace('carrier', 'unheard-of'), id.replace(/-\d+-/, '-1700000000000-')];
  const garbage = ['', 'a', '-', 'carrier', 'carrier-1-1', 'carrier-x-0-abcd', `${id}-`, ` ${id}`, id.toUpperCase()];
  const long = [
    'carrier-9999999999999999-9999999999999999-abcd',
    'carrier-99999999999999999999999-0-abcd',
    `${'x'.repeat(9_999)}-1-1-abcd`,
  ];
  for (const text of [...others, ...garbage, ...long]) assert.equal(await journal.story(text), undefined, text);
});
