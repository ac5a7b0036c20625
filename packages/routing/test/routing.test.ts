import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type From, messageId, type Subscriber } from '@relay/core';
import fc from 'fast-check';
import { createRouting, planLogs } from '../src/index.ts';
import { bodyRule, decode, givenMessage, rule } from './given.ts';

const now: From = { kind: 'now' };
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'));
const anySubscribers = fc.uniqueArray(
  fc.record({ name: fc.string(), endpoints: names, from: fc.constant(now), wheres: fc.constant({}) }),
  { selector: ({ name }) => name },
);

const failed = rule('status', { anyOf: ['Failed'] });
const dear = bodyRule('/amount', { atLeast: 5 });
const billing = (wheres: Subscriber['wheres']) => ({ name: 'billing', endpoints: ['carrier', 'usage'], wheres });
const broken = givenMessage({ body: Buffer.from('no JSON') });

test('a subscriber wants the messages of the endpoints it receives, and no others', () => {
  const routing = createRouting([billing({}), { name: 'idle', endpoints: [], wheres: {} }], { decode });
  assert.equal(routing.wants({ name: 'billing' }, givenMessage({ endpoint: 'usage' })), true);
  assert.equal(routing.wants({ name: 'billing' }, givenMessage({ endpoint: 'nidd' })), false);
  assert.equal(routing.wants({ name: 'idle' }, givenMessage({ endpoint: 'usage' })), false);
});

test('a subscriber that is not configured wants nothing', () => {
  assert.equal(createRouting([], { decode }).wants({ name: 'billing' }, givenMessage()), false);
});

test('of an endpoint with rules a subscriber wants the messages of which one holds, and all of the others', () => {
  const { wants } = createRouting([billing({ carrier: [failed, dear] })], { decode });
  assert.equal(wants({ name: 'billing' }, givenMessage({ status: 'Failed' })), true);
  assert.equal(wants({ name: 'billing' }, givenMessage({ body: Buffer.from('{"amount":7}') })), true);
  assert.equal(wants({ name: 'billing' }, givenMessage({ status: 'Success' })), false);
  assert.equal(wants({ name: 'billing' }, givenMessage({ endpoint: 'usage', status: 'Success' })), true);
});

test('an endpoint that is called like something every object has is without rules', () => {
  const subscriber = { name: 'billing', endpoints: ['constructor', '__proto__'], wheres: {} };
  const { wants } = createRouting([subscriber], { decode });
  for (const endpoint of subscriber.endpoints) assert.ok(wants(subscriber, givenMessage({ endpoint })), endpoint);
});

test('a body is read once for all rules on it, and not at all for others', () => {
  let reads = 0;
  const counting = (message: Parameters<typeof decode>[0]) => {
    reads += 1;
    return decode(message);
  };
  const { wants } = createRouting([billing({ carrier: [failed, dear, rule('device', { prefix: '8' }), dear] })], {
    decode: counting,
  });
  wants({ name: 'billing' }, givenMessage({ status: 'Failed' }));
  assert.equal(reads, 0);
  wants({ name: 'billing' }, givenMessage());
  assert.equal(reads, 1);
});

test('subscribers that are asked about the same message look into it once, and what is long ago is forgotten', () => {
  let reads = 0;
  const counting = (message: Parameters<typeof decode>[0]) => {
    reads += 1;
    return decode(message);
  };
  const subscribers = ['billing', 'audit'].map((name) => ({ ...billing({ carrier: [dear] }), name }));
  const { wants } = createRouting(subscribers, { decode: counting });
  const numbered = (number: number, amount: number, padding = 0) => {
    const body = Buffer.from(`{"amount":${amount},"padding":"${'x'.repeat(padding)}"}`);
    return givenMessage({ id: messageId('carrier', `${number}-0`, 'abcd'), body });
  };
  for (const { name } of subscribers) {
    assert.equal(wants({ name }, numbered(1, 7)), true);
    assert.equal(wants({ name }, numbered(2, 3)), false);
  }
  assert.equal(reads, 2);
  for (let number = 3; number < 300; number += 1) wants({ name: 'billing' }, numbered(number, 7));
  wants({ name: 'audit' }, numbered(299, 7));
  assert.equal(reads, 299);
  wants({ name: 'audit' }, numbered(1, 7));
  assert.equal(reads, 300);
  wants({ name: 'audit' }, numbered(300, 7, 1024 * 1024));
  wants({ name: 'audit' }, numbered(300, 7, 1024 * 1024));
  wants({ name: 'audit' }, numbered(299, 7));
  assert.equal(reads, 303);
  wants({ name: 'billing' }, numbered(299, 7));
  assert.equal(reads, 303);
});

test('a message whose body cannot be looked into is told to each subscriber that asks, also the second time', () => {
  const told: string[] = [];
  const subscribers = ['billing', 'audit'].map((name) => ({ ...billing({ carrier: [dear] }), name }));
  const { wants } = createRouting(subscribers, { decode, onUnreadable: (subscriber) => void told.push(subscriber) });
  const opaque = { ...broken, id: messageId('carrier', '1-0', 'abcd') };
  for (const { name } of subscribers) assert.equal(wants({ name }, opaque), false);
  assert.deepEqual(told, ['billing', 'audit']);
});

test('a message whose body cannot be looked into is told once, whatever asks for it', () => {
  const told: string[] = [];
  const onUnreadable = (subscriber: string, { endpoint }: { endpoint: string }) =>
    void told.push(`${subscriber} ${endpoint}`);
  const { wants } = createRouting([billing({ carrier: [dear, { not: dear }] })], { decode, onUnreadable });
  assert.equal(wants({ name: 'billing' }, broken), false);
  assert.deepEqual(told, ['billing carrier']);
});

test('a source that fails is no reason to skip a message', () => {
  const failing = () => {
    throw new Error('nobody knows the source');
  };
  const { wants } = createRouting([billing({ carrier: [dear] })], { decode: failing });
  assert.throws(() => wants({ name: 'billing' }, givenMessage()));
});

test('every endpoint has a log, also one that nobody receives', () => {
  const endpoints = [
    { name: 'carrier', dedupMs: 1000 },
    { name: 'unread', dedupMs: 2000 },
  ];
  const ago: From = { kind: 'ago', ms: 5000 };
  assert.deepEqual(planLogs({ endpoints, subscribers: [{ name: 'billing', endpoints: ['carrier'], from: ago }] }), [
    { endpoint: 'carrier', dedupMs: 1000, cursors: [{ subscriber: 'billing', from: ago }] },
    { endpoint: 'unread', dedupMs: 2000, cursors: [] },
  ]);
});

test('a subscriber has a cursor exactly where it wants messages', () => {
  fc.assert(
    fc.property(names, anySubscribers, (endpointNames, subscribers) => {
      const { wants } = createRouting(subscribers, { decode });
      const endpoints = endpointNames.map((name) => ({ name, dedupMs: 1 }));
      for (const { endpoint, cursors } of planLogs({ endpoints, subscribers })) {
        const wanting = subscribers.filter((subscriber) => wants(subscriber, givenMessage({ endpoint })));
        assert.deepEqual(
          cursors.map(({ subscriber }) => subscriber),
          wanting.map(({ name }) => name),
        );
      }
    }),
  );
});
