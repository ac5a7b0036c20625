import type { GiveUpReason, NextStep, Outcome, RetryPolicy, StatusRange } from '@relay/core';

/** The attempt after which something is to come. */
export interface LastAttempt {
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
 * maxAge is cut short, so that the last attempt falls on maxAge itself. Jitter never takes away: nothing is tried sooner
 * than scheduled.
 */
export function nextStep(policy: RetryPolicy, { attempt, ageMs, outcome, random }: LastAttempt): NextStep {
  if (outcome.kind === 'delivered') return { kind: 'done' };
  // Clocks step; an age below 0 must not lengthen a delivery's life.
  const leftMs = policy.maxAgeMs - Math.max(0, ageMs);
  const reason = reasonToGiveUp(policy, attempt, leftMs, outcome);
  if (reason !== undefined) return { kind: 'give up', reason };

  const waitMs = Math.max(scheduledMs(policy, attempt), askedMs(outcome));
  return { kind: 'retry', delayMs: Math.ceil(Math.min(waitMs * (1 + policy.jitter * random), leftMs)) };
}

/** What the subscriber says goes before what the relay has counted. */
function reasonToGiveUp(
  { giveUpOn, retryOn, maxAttempts }: RetryPolicy,
  attempt: number,
  leftMs: number,
  outcome: Outcome,
): GiveUpReason | undefined {
  if (outcome.kind === 'refused') {
    if (isIn(giveUpOn, outcome.status)) return outcome.status === 410 ? 'gone' : 'refused';
    if (retryOn !== undefined && !isIn(retryOn, outcome.status)) return 'refused';
  }
  if (leftMs <= 0) return 'too old';
  return maxAttempts !== undefined && attempt >= maxAttempts ? 'too many attempts' : undefined;
}

function isIn(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to);
}

function scheduledMs({ scheduleMs, maxAgeMs }: RetryPolicy, attempt: number): number {
  return scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? maxAgeMs;
}

function askedMs(outcome: Outcome): number {
  return outcome.kind === 'refused' ? (outcome.retryAfterMs ?? 0) : 0;
}
