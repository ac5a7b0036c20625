import type { NextStep, Outcome, RetryPolicy } from '@relay/core';

/** The most that jitter adds to a wait, as a share of it. It never takes away: nothing is tried sooner than scheduled. */
const jitter = 0.2;

export interface Attempted {
  /** The number of the attempt that came to the outcome, from 1. */
  readonly attempt: number;
  /** From the beginning of the delivery's first attempt until now, less what it spent on hold. */
  readonly ageMs: number;
  readonly outcome: Outcome;
  /** Of a fair die, in [0, 1). */
  readonly random: number;
}

/**
 * The whole retry policy. A refusal's Retry-After counts where it asks for more than the schedule; a wait that would pass
 * maxAge is cut short, so that the last attempt falls on maxAge itself.
 */
export function nextStep(policy: RetryPolicy, { attempt, ageMs, outcome, random }: Attempted): NextStep {
  if (outcome.kind === 'delivered') return { kind: 'done' };
  if (outcome.kind === 'refused' && outcome.status === 410) return { kind: 'give up', reason: 'gone' };

  // Clocks step; an age below 0 must not lengthen a delivery's life.
  const leftMs = policy.maxAgeMs - Math.max(0, ageMs);
  if (leftMs <= 0) return { kind: 'give up', reason: 'too old' };

  const waitMs = Math.max(scheduledMs(policy, attempt), askedMs(outcome));
  return { kind: 'retry', delayMs: Math.ceil(Math.min(waitMs * (1 + jitter * random), leftMs)) };
}

function scheduledMs({ scheduleMs, maxAgeMs }: RetryPolicy, attempt: number): number {
  return scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? maxAgeMs;
}

function askedMs(outcome: Outcome): number {
  return outcome.kind === 'refused' ? (outcome.retryAfterMs ?? 0) : 0;
}
