import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ledger, standingOf } from '../src/index.ts';

const carrier: Ledger = {
  endpoint: 'carrier',
  subscriber: 'billing',
  read: 21,
  skipped: 1,
  delivered: 5,
  dead: 4,
  discarded: 6,
  open: 2,
  pending: 3,
  waiting: 7,
  oldestWaitingAt: 2_000,
  firstDueAt: 60_000,
  deadLetters: 1,
  lastDeliveredAt: 1_000,
};
const usage: Ledger = {
  ...carrier,
  endpoint: 'usage',
  oldestWaitingAt: 10_000,
  firstDueAt: 3_000,
  lastDeliveredAt: 900,
};
const nothing = { oldestWaitingAt: undefined, firstDueAt: undefined, lastDeliveredAt: undefined };
const quiet: Ledger = { ...carrier, endpoint: 'quiet', ...nothing };

test('a subscriber stands where all its ledgers together are', () => {
  const standing = {
    subscriber: 'billing',
    waiting: 21,
    pending: 9,
    open: 6,
    delivered: 15,
    deadLetters: 3,
    oldestWaitingAt: 2_000,
    firstDueAt: 3_000,
    lastDeliveredAt: 1_000,
  };
  assert.deepEqual(standingOf('billing', [carrier, usage, quiet]), standing);
  assert.deepEqual(standingOf('billing', [quiet, usage, carrier]), standing);
});

test('a subscriber without a ledger has nothing', () => {
  assert.deepEqual(standingOf('billing', []), {
    subscriber: 'billing',
    waiting: 0,
    pending: 0,
    open: 0,
    delivered: 0,
    deadLetters: 0,
    ...nothing,
  });
});
