import { isDeepStrictEqual } from 'node:util';
import type { RetryPolicy, StatusRange } from '@relay/core';
import * as z from 'zod';
import { block, duration, wants } from './declare.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatStatus, highestStatus, isWithin, lowestStatus, statusPattern, statusRange } from './status-range.ts';

const defaultSchedule = ['5s', '30s', '2m', '10m', '30m', '1h', '3h', '6h', '12h'];
const defaultGiveUpOn = [410];

/** `retry` of a subscriber: when a failed attempt is made again, and when no more. */
export function declareRetry() {
  return block({
    schedule: z
      .array(duration({ min: '1ms', max: '365d' }))
      .min(1, { error: wants('must not be an empty list') })
      .max(100, { error: wants('must have 100 steps at most; the last one repeats') })
      .prefault(defaultSchedule)
      .describe('Waits after the first, second, … failed attempt; the last one repeats.'),
    maxAge: duration({ min: '1s', max: '365d' })
      .prefault('3d')
      .describe('Counted from the first attempt; after that the delivery becomes a dead letter.'),
    maxAttempts: maxAttempts()
      .exactOptional()
      .describe('After so many failed attempts the delivery becomes a dead letter. Without it, only its age counts.'),
    jitter: jitter().prefault('20%').describe('Up to so much longer than scheduled a wait is, at random.'),
    giveUpOn: z
      .array(status())
      .prefault(defaultGiveUpOn)
      .describe('Answers with these statuses make a dead letter at once: statuses, or 4xx for all of a kind.'),
    retryOn: z
      .array(status())
      .min(1, { error: wants('must not be an empty list: leave it out to try again after every status') })
      .exactOptional()
      .describe('Only after answers with these statuses is there another attempt. Without it, after all others.'),
  })
    .superRefine(checkSchedule)
    .superRefine(checkStatuses)
    .transform(({ schedule, maxAge, ...rest }): RetryPolicy => ({ scheduleMs: schedule, maxAgeMs: maxAge, ...rest }));
}

function maxAttempts() {
  const error = wants('must be a whole number from 1 to 1000');
  return z.int({ error }).min(1, { error }).max(1000, { error });
}

function jitter() {
  const error = wants('must be a share such as 20% or 0.2, from 0 to 1');
  const percent = z.string().regex(/^(?:100|\d{1,2})%$/);
  return z.union(
    [
      z.number().min(0, { error }).max(1, { error }),
      percent.transform((written) => Number(written.slice(0, -1)) / 100),
    ],
    { error },
  );
}

function status() {
  const error = wants('must be a status from 300 to 599, or 3xx, 4xx or 5xx');
  const number = z.int({ error }).min(lowestStatus, { error }).max(highestStatus, { error });
  return z.union([number, z.string().regex(statusPattern, { error })], { error }).transform(statusRange);
}

type Check<T> = (value: T, context: z.core.$RefinementCtx<T>) => void;

interface Waits {
  readonly schedule: readonly number[];
  readonly maxAge: number;
  readonly maxAttempts?: number;
}

const checkSchedule: Check<Waits> = ({ schedule, maxAge, maxAttempts = Number.POSITIVE_INFINITY }, context) => {
  // Who writes only a short maxAge, or few attempts, means just that, and is not to blame for the schedule.
  if (isDeepStrictEqual(schedule, defaultSchedule.map(parseDuration))) return;
  let ageMs = 0;
  for (const [index, step] of schedule.entries()) {
    ageMs += step;
    if (ageMs <= maxAge) continue;
    const message = `would be reached ${formatDuration(ageMs)} after the first attempt, beyond maxAge ${formatDuration(maxAge)}: shorten the schedule or raise maxAge`;
    context.addIssue({ code: 'custom', message, path: ['schedule', index] });
    return;
  }
  if (schedule.length < maxAttempts) return;
  const message = `would never be waited for: maxAttempts is ${maxAttempts}; shorten the schedule or raise maxAttempts`;
  context.addIssue({ code: 'custom', message, path: ['schedule', maxAttempts - 1] });
};

/** One of `giveUpOn` may be an exception to a kind in `retryOn`; the other way round it would never count. */
const checkStatuses: Check<{ readonly giveUpOn: readonly StatusRange[]; readonly retryOn?: readonly StatusRange[] }> = (
  { giveUpOn, retryOn = [] },
  context,
) => {
  for (const [index, range] of retryOn.entries()) {
    const outer = giveUpOn.find((other) => isWithin(range, other));
    if (outer === undefined) continue;
    const message = `never counts: ${formatStatus(outer)} is given up at once, as giveUpOn says, which is [410] where it is left out`;
    context.addIssue({ code: 'custom', message, path: ['retryOn', index] });
  }
};
