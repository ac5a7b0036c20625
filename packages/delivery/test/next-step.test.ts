import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GiveUpReason, NextStep, Outcome, RetryPolicy } from '@relay/core';
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

const answered = (status: number): Outcome => ({ kind: 'refused', status, durationMs: 5 });
const giveUp = (reason: GiveUpReason): NextStep => ({ kind: 'give up', reason });
const soon = retry(5000);

const policies: readonly [name: string, Partial<RetryPolicy>, outcome: Outcome, NextStep, attempt?: number][] = [
  ['410 that is not given up on is tried again', { giveUpOn: [] }, gone, soon],
  ['410 in a range given up on is gone', { giveUpOn: [[400, 499]] }, gone, giveUp('gone')],
  ['another status given up on is refused', { giveUpOn: [[422, 422]] }, answered(422), giveUp('refused')],
  ['the first of a range is given up on', { giveUpOn: [[400, 499]] }, answered(400), giveUp('refused')],
  ['the last of a range is given up on', { giveUpOn: [[400, 499]] }, answered(499), giveUp('refused')],
  ['what is behind a range is tried again', { giveUpOn: [[400, 499]] }, answered(500), soon],
  ['what is before a range is tried again', { giveUpOn: [[400, 499]] }, answered(399), soon],
  [
    'any of several ranges counts',
    {
      giveUpOn: [
        [410, 410],
        [422, 422],
      ],
    },
    answered(422),
    giveUp('refused'),
  ],
  ['a status to retry on is tried again', { retryOn: [[500, 599]] }, answered(503), soon],
  [
    'a status not to retry on is refused',
    {
      retryOn: [
        [429, 429],
        [500, 599],
      ],
    },
    answered(404),
    giveUp('refused'),
  ],
  ['a redirect not to retry on is refused', { retryOn: [[500, 599]] }, answered(302), giveUp('refused')],
  [
    '410 in neither list is refused, and nobody is gone',
    { giveUpOn: [], retryOn: [[500, 599]] },
    gone,
    giveUp('refused'),
  ],
  ['giving up goes before trying again', { giveUpOn: [[503, 503]], retryOn: [[500, 599]] }, refused, giveUp('refused')],
  ['no answer is no refusal and tried again', { giveUpOn: [[400, 599]], retryOn: [] }, timeout, soon],
  ['the last attempt but one is followed by another', { maxAttempts: 3 }, refused, retry(30_000), 2],
  ['the last attempt is the last', { maxAttempts: 3 }, refused, giveUp('too many attempts'), 3],
  ['an only attempt is the last', { maxAttempts: 1 }, timeout, giveUp('too many attempts')],
  ['more attempts than allowed are too many', { maxAttempts: 3 }, timeout, giveUp('too many attempts'), 7],
  ['the last attempt may deliver', { maxAttempts: 3 }, delivered, { kind: 'done' }, 3],
  ['the last attempt may find nobody there any more', { maxAttempts: 3 }, gone, giveUp('gone'), 3],
];

for (const [name, changes, outcome, expected, attempt = 1] of policies) {
  test(name, () => {
    const step = nextStep({ ...policy, ...changes }, { attempt, ageMs: 0, outcome, random: 0 });
    assert.deepEqual(step, expected);
  });
}

test('jitter is as large as the policy says', () => {
  const waitAt = (jitter: number) =>
    nextStep({ ...policy, jitter }, { attempt: 1, ageMs: 0, outcome: refused, random: 0.5 });
  assert.deepEqual(waitAt(0), retry(5000));
  assert.deepEqual(waitAt(1), retry(7500));
});

test('what is too old and has had too many attempts is too old', () => {
  const step = nextStep({ ...policy, maxAttempts: 1 }, { attempt: 1, ageMs: 600_000, outcome: refused, random: 0 });
  assert.deepEqual(step, tooOld);
});

test('no wait is sooner than scheduled but for the last, and none passes maxAge', () => {
  const ms = fc.integer({ min: 1, max: 1_000_000 });
  const cases = {
    scheduleMs: fc.array(ms, { minLength: 1, maxLength: 9 }),
    maxAgeMs: ms,
    attempt: fc.integer({ min: 1, max: 50 }),
    ageMs: fc.integer({ min: -1000, max: 2_000_000 }),
    random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
    retryAfterMs: fc.integer({ min: 0, max: 5_000_000 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    maxAttempts: fc.option(fc.integer({ min: 1, max: 50 }), { nil: Number.POSITIVE_INFINITY }),
  };
  fc.assert(
    fc.property(fc.record(cases), ({ attempt, ageMs, random, retryAfterMs, ...changes }) => {
      const step = nextStep({ ...policy, ...changes }, { attempt, ageMs, random, outcome: asking(retryAfterMs) });
      const { scheduleMs, maxAgeMs, maxAttempts } = changes;
      if (ageMs >= maxAgeMs || attempt >= maxAttempts) return step.kind === 'give up';
      if (step.kind !== 'retry') return false;
      const leftMs = maxAgeMs - Math.max(0, ageMs);
      const scheduledMs = scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 0;
      const soonest = Math.min(Math.max(scheduledMs, retryAfterMs), leftMs);
      return step.delayMs >= soonest && step.delayMs <= leftMs && Number.isInteger(step.delayMs);
    }),
  );
});

test('a refusal gives up exactly when it is in giveUpOn or not in retryOn, whatever else the policy says', () => {
  const status = fc.integer({ min: 100, max: 599 });
  const ranges = fc.array(
    fc.tuple(status, status).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const),
  );
  const cases = {
    giveUpOn: ranges,
    retryOn: fc.option(ranges, { nil: undefined }),
    status: status.filter((one) => one < 200 || one > 299),
  };
  fc.assert(
    fc.property(fc.record(cases), ({ giveUpOn, retryOn, status }) => {
      const changed = { ...policy, giveUpOn, ...(retryOn && { retryOn }) };
      const step = nextStep(changed, { attempt: 1, ageMs: 0, outcome: answered(status), random: 0 });
      const isIn = (list: typeof giveUpOn) => list.some(([from, to]) => from <= status && status <= to);
      const over = isIn(giveUpOn) || (retryOn !== undefined && !isIn(retryOn));
      assert.equal(step.kind, over ? 'give up' : 'retry');
      assert.equal('reason' in step && step.reason === 'gone', status === 410 && isIn(giveUpOn));
    }),
  );
});
