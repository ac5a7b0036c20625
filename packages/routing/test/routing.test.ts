import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { From } from '@relay/core';
import fc from 'fast-check';
import { createRouting, planLogs } from '../src/index.ts';

const now: From = { kind: 'now' };
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'));
const anySubscribers = fc.uniqueArray(fc.record({ name: fc.string(), endpoints: names, from: fc.constant(now) }), {
  selector: ({ name }) => name,
});

test('a subscriber wants the messages of the endpoints it receives, and no others', () => {
  const routing = createRouting([
    { name: 'billing', endpoints: ['carrier', 'usage'] },
    { name: 'idle', endpoints: [] },
  ]);
  assert.equal(routing.wants({ name: 'billing' }, { endpoint: 'usage' }), true);
  assert.equal(routing.wants({ name: 'billing' }, { endpoint: 'nidd' }), false);
  assert.equal(routing.wants({ name: 'idle' }, { endpoint: 'usage' }), false);
});

test('a subscriber that is not configured wants nothing', () => {
  assert.equal(createRouting([]).wants({ name: 'billing' }, { endpoint: 'usage' }), false);
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
      const { wants } = createRouting(subscribers);
      const endpoints = endpointNames.map((name) => ({ name, dedupMs: 1 }));
      for (const { endpoint, cursors } of planLogs({ endpoints, subscribers })) {
        const wanting = subscribers.filter((subscriber) => wants(subscriber, { endpoint }));
        assert.deepEqual(
          cursors.map(({ subscriber }) => subscriber),
          wanting.map(({ name }) => name),
        );
      }
    }),
  );
});
