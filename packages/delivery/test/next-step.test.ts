import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NextStep, Outcome, RetryPolicy } from '@relay/core';
import fc from 'fast-check';
import { nextStep } from '../src/index.ts';

const policy: RetryPolicy = {
  scheduleMs: [5000, 30_000, 120_000],
  maxAgeMs: 600_000,
  jitter: 0.2,
  giveUpOn: [[410, 410]],
};
const delivered: Outcome = { kind: 'delivered', status: 204, durationMs: 5 };
const refused: Outcome = { kind: 'refused', status: 503, durationMs: 5 };
const timeout: Outcome = { kind: 'timeout', code: 'ETIMEDOUT', durationMs: 5 };
const gone: Outcome = { kind: 'refused', status: 410, durationMs: 5 };
const asking = (retryAfterMs: number): Outcome => ({ ...refused, retryAfterMs });
const retry = (delayMs: number): NextStep => ({ kind: 'retry', delayMs });
const tooOld: NextStep = { kind: 'give up', reason: 'too old' };

const table: readonly [name: string, attempt: number, ageMs: number, outcome: Outcome, random: number, NextStep][] = [
  ['a delivered message is done', 1, 0, delivered, 0, { kind: 'done' }],
  ['a delivered message is done at any age', 9, 700_000, delivered, 0, { kind: 'done' }],
  ['the first failure waits the first step', 1, 0, refused, 0, retry(5000)],
  ['the second failure waits the second step', 2, 5000, timeout, 0, retry(30_000)],
  ['the last step repeats', 7, 300_000, timeout, 0, retry(120_000)],
  ['jitter adds up to a fifth', 1, 0, refused, 0.5, retry(5500)],
  ['jitter falls on whole milliseconds, upwards', 1, 0, refused, 0.33333, retry(5334)],
  ['410 gives up at once', 1, 0, gone, 0, { kind: 'give up', reason: 'gone' }],
  ['Retry-After lengthens a wait', 1, 0, asking(60_000), 0, retry(60_000)],
  ['Retry-After gets jitter too', 1, 0, asking(60_000), 0.5, retry(66_000)],
  ['Retry-After never shortens a wait', 2, 0, asking(1000), 0, retry(30_000)],
  ['Retry-After beyond maxAge is cut to it', 1, 100_000, asking(86_400_000), 0.9, retry(500_000)],
  ['an absurd Retry-After is cut to maxAge', 1, 0, asking(Number.POSITIVE_INFINITY), 0, retry(600_000)],
  ['a wait that would pass maxAge is cut to it', 3, 550_000, refused, 0, retry(50_000)],
  ['jitter does not pass maxAge', 3, 470_000, refused, 0.99, retry(130_000)],
  ['a failure just before maxAge is tried once more', 3, 599_999, refused, 0, retry(1)],
  ['a failure at maxAge is too old', 3, 600_000, refused, 0, tooOld],
  ['a failure after maxAge is too old', 3, 600_001, timeout, 0, tooOld],
  ['an age that a clock made negative counts as none', 1, -50_000, asking(700_000), 0, retry(600_000)],
];

for (const [name, attempt, ageMs, outcome, random, expected] of table) {
  test(name, () => assert.deepEqual(nextStep(policy, { attempt, ageMs, outcome, random }), expected));
}

test('no wait is sooner than scheduled but for the last, and none passes maxAge', () => {
  const ms = fc.integer({ min: 1, max: 1_000_000 });
  const cases = {
    scheduleMs: fc.array(ms, { minLength: 1, maxLength: 9 }),
    maxAgeMs: ms,
    attempt: fc.integer({ min: 1, max: 50 }),
    ageMs: fc.integer({ min: -1000, max: 2_000_000 }),
    random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
    retryAfterMs: fc.integer({ min: 0, max: 5_000_000 }),
  };
  fc.assert(
    fc.property(fc.record(cases), ({ scheduleMs, maxAgeMs, attempt, ageMs, random, retryAfterMs }) => {
      const step = nextStep(
        { ...policy, scheduleMs, maxAgeMs },
        { attempt, ageMs, random, outcome: asking(retryAfterMs) },
      );
      if (ageMs >= maxAgeMs) return step.kind === 'give up';
      if (step.kind !== 'retry') return false;
      const leftMs = maxAgeMs - Math.max(0, ageMs);
      const scheduledMs = scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 0;
      const soonest = Math.min(Math.max(scheduledMs, retryAfterMs), leftMs);
      return step.delayMs >= soonest && step.delayMs <= leftMs && Number.isInteger(step.delayMs);
    }),
  );
});
