import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '@relay/core';
import { createWorkerMetrics } from '../src/index.ts';
import { series } from './series.ts';

const entry: Ledger = {
  endpoint: 'carrier',
  subscriber: 'billing',
  read: 10,
  skipped: 1,
  delivered: 5,
  dead: 2,
  discarded: 0,
  open: 1,
  pending: 1,
  waiting: 3,
  oldestWaitingAt: 40_000,
  firstDueAt: 70_000,
  deadLetters: 2,
  lastDeliveredAt: 50_000,
};

function metricsAt(now: number) {
  const time = { now };
  const metrics = createWorkerMetrics({ clock: () => time.now });
  return { metrics, time, seen: async () => series(await metrics.text()) };
}

test('an attempt counts by subscriber and outcome, its duration by outcome alone', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.attempted('billing', { kind: 'refused', status: 503, durationMs: 40 });
  metrics.attempted('billing', { kind: 'timeout', code: 'ETIMEDOUT', durationMs: 15_000 });
  const all = await seen();
  assert.equal(all.get('relay_attempts_total{subscriber="billing",outcome="refused"}'), 1);
  assert.equal(all.get('relay_attempts_total{subscriber="billing",outcome="timeout"}'), 1);
  assert.equal(all.get('relay_attempt_duration_seconds_sum{outcome="timeout"}'), 15);
});

test('settlements count by subscriber and state', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.settled('billing', 'open');
  metrics.settled('billing', 'open');
  assert.equal((await seen()).get('relay_settled_total{subscriber="billing",state="open"}'), 2);
});

test('a lag that clocks make negative counts as none', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.delivered('billing', -5);
  metrics.delivered('billing', 2000);
  const all = await seen();
  assert.equal(all.get('relay_delivery_lag_seconds_sum'), 2);
  assert.equal(all.get('relay_delivery_lag_seconds_count'), 2);
});

test('how a subscriber stands is summed over its endpoints', async () => {
  const { metrics, seen } = metricsAt(60_000);
  metrics.ledger([
    entry,
    { ...entry, endpoint: 'usage', oldestWaitingAt: 30_000, firstDueAt: 55_000, lastDeliveredAt: undefined },
  ]);
  const all = await seen();
  assert.equal(all.get('relay_waiting_messages{subscriber="billing"}'), 6);
  assert.equal(all.get('relay_pending_deliveries{subscriber="billing"}'), 2);
  assert.equal(all.get('relay_open_deliveries{subscriber="billing"}'), 2);
  assert.equal(all.get('relay_dead_letters{subscriber="billing"}'), 4);
  assert.equal(all.get('relay_oldest_waiting_age_seconds{subscriber="billing"}'), 30);
  assert.equal(all.get('relay_first_due_age_seconds{subscriber="billing"}'), 5);
  assert.equal(all.get('relay_last_delivery_age_seconds{subscriber="billing"}'), 10);
});

test('books that add up make no difference', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.ledger([entry]);
  assert.equal((await seen()).get('relay_ledger_difference{subscriber="billing"}'), 0);
});

test('what one endpoint misses does not make up for what another has too much', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.ledger([
    { ...entry, read: 12 },
    { ...entry, endpoint: 'usage', read: 9 },
  ]);
  assert.equal((await seen()).get('relay_ledger_difference{subscriber="billing"}'), 3);
});

test('ages grow between two ledgers', async () => {
  const { metrics, time, seen } = metricsAt(60_000);
  metrics.ledger([entry]);
  time.now = 100_000;
  const all = await seen();
  assert.equal(all.get('relay_oldest_waiting_age_seconds{subscriber="billing"}'), 60);
  assert.equal(all.get('relay_last_delivery_age_seconds{subscriber="billing"}'), 50);
});

test('a delivery of its own counts as the last one before the next ledger tells', async () => {
  const { metrics, time, seen } = metricsAt(60_000);
  metrics.ledger([entry]);
  metrics.delivered('billing', 5);
  time.now = 61_000;
  assert.equal((await seen()).get('relay_last_delivery_age_seconds{subscriber="billing"}'), 1);
});

test('nothing waiting is an age of 0, and a subscriber never delivered to has no last delivery', async () => {
  const { metrics, seen } = metricsAt(60_000);
  metrics.ledger([{ ...entry, waiting: 0, oldestWaitingAt: undefined, lastDeliveredAt: undefined }]);
  const all = await seen();
  assert.equal(all.get('relay_oldest_waiting_age_seconds{subscriber="billing"}'), 0);
  assert.equal(all.has('relay_last_delivery_age_seconds{subscriber="billing"}'), false);
});

test('clocks that disagree make no negative age', async () => {
  const { metrics, seen } = metricsAt(1000);
  metrics.ledger([entry]);
  const all = await seen();
  assert.equal(all.get('relay_oldest_waiting_age_seconds{subscriber="billing"}'), 0);
  assert.equal(all.get('relay_last_delivery_age_seconds{subscriber="billing"}'), 0);
});

test('a subscriber that is no longer in the ledger is no longer shown', async () => {
  const { metrics, seen } = metricsAt(60_000);
  metrics.ledger([entry]);
  await seen();
  metrics.ledger([{ ...entry, subscriber: 'audit' }]);
  const all = await seen();
  assert.equal(all.has('relay_waiting_messages{subscriber="billing"}'), false);
  assert.equal(all.get('relay_waiting_messages{subscriber="audit"}'), 3);
});

test('a forgotten subscriber leaves no series', async () => {
  const { metrics } = metricsAt(60_000);
  metrics.expectSubscriber('billing');
  metrics.ledger([entry]);
  metrics.attempted('billing', { kind: 'tls', code: 'CERT_HAS_EXPIRED', durationMs: 3 });
  metrics.settled('billing', 'skipped');
  metrics.filterUnreadable('billing');
  metrics.delivered('billing', 5);
  metrics.forgetSubscriber('billing');
  assert.doesNotMatch(await metrics.text(), /billing/);
});

test('a subscriber that comes back under the same name begins anew', async () => {
  const { metrics, seen } = metricsAt(60_000);
  metrics.delivered('billing', 5);
  metrics.forgetSubscriber('billing');
  metrics.ledger([{ ...entry, lastDeliveredAt: undefined }]);
  assert.equal((await seen()).has('relay_last_delivery_age_seconds{subscriber="billing"}'), false);
});

test('an expected subscriber shows zeros', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.expectSubscriber('billing');
  assert.equal((await seen()).get('relay_attempts_total{subscriber="billing",outcome="delivered"}'), 0);
  assert.equal((await seen()).get('relay_settled_total{subscriber="billing",state="dead"}'), 0);
  assert.equal((await seen()).get('relay_filter_unreadable_total{subscriber="billing"}'), 0);
});

test('a body that a filter cannot look into counts for its subscriber', async () => {
  const { metrics, seen } = metricsAt(0);
  metrics.filterUnreadable('billing');
  assert.equal((await seen()).get('relay_filter_unreadable_total{subscriber="billing"}'), 1);
});

test('a subscriber adds no histogram', async () => {
  const { metrics } = metricsAt(60_000);
  const before = (await metrics.text()).match(/_bucket/g)?.length;
  metrics.attempted('billing', { kind: 'delivered', status: 200, durationMs: 3 });
  metrics.delivered('billing', 5);
  assert.equal((await metrics.text()).match(/_bucket/g)?.length, before);
});
