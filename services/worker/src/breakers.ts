import { type Breaker, outcomeWord, type Subscriber } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Attempt, Attempted } from './attempt.ts';
import type { HoldChanges } from './hold-changes.ts';
import { createStreak, type Streak } from './streak.ts';

/** The most that jitter adds to the wait before a probe, as a share of it. */
const probeJitter = 0.2;

export interface BreakersDeps {
  readonly holds: Pick<Holds, 'stateOf'>;
  readonly changes: HoldChanges;
  /** Told of every attempt that has ended. */
  readonly onAttempted: (subscriber: string, delivered: boolean) => void;
  readonly clock: () => number;
  readonly random: () => number;
}

/** Decides by what attempts come to whether their subscriber is put on hold. */
export interface Breakers {
  /** The same attempts, whose outcomes count; those of replays do not, since a person wanted them. */
  counting(attempt: Attempt): Attempt;
  /** When the next probe is due after so many that have failed: epoch ms. */
  nextProbeAt(breaker: Breaker, failedProbes: number): number;
  forget(subscriber: string): void;
}

export function createBreakers({ holds, changes, onAttempted, clock, random }: BreakersDeps): Breakers {
  const streaks = new Map<string, Streak>();

  function streakOf(name: string): Streak {
    const streak = streaks.get(name) ?? createStreak();
    streaks.set(name, streak);
    return streak;
  }

  function nextProbeAt(breaker: Breaker, failedProbes: number): number {
    return Math.round(clock() + waitBeforeProbe(breaker, failedProbes) * (1 + probeJitter * random()));
  }

  /** Nobody waits for the change: the delivery is settled. */
  function count({ name, breaker }: Subscriber, begun: number, { outcome, settlement }: Attempted): void {
    const { version } = holds.stateOf(name);
    const failed = streakOf(name).ended(outcome.kind === 'delivered', { begun, now: version });
    if (breaker === undefined || begun !== version) return;
    const why = outcomeWord(outcome);
    if (isGone(settlement)) void changes.hold(name, { reason: 'gone', why, version });
    else if (failed >= breaker.failures)
      void changes.hold(name, { reason: 'breaker', why, version, nextProbeAt: nextProbeAt(breaker, 0) });
  }

  return {
    counting: (attempt) => async (subscriber, delivery) => {
      const { version } = holds.stateOf(subscriber.name);
      const attempted = await attempt(subscriber, delivery);
      if (attempted === 'not begun') return attempted;
      onAttempted(subscriber.name, attempted.outcome.kind === 'delivered');
      if (delivery.attempts.replay === undefined) count(subscriber, version, attempted);
      return attempted;
    },
    nextProbeAt,
    forget: (subscriber) => void streaks.delete(subscriber),
  };
}

/** The subscriber said that it is not there any more, and its policy believes it. */
export function isGone(settlement: Attempted['settlement']): boolean {
  return settlement.state === 'dead' && settlement.reason === 'gone';
}

/** In ms, without jitter; the last wait repeats. */
export function waitBeforeProbe({ probeMs }: Breaker, failedProbes: number): number {
  return probeMs[Math.min(failedProbes, probeMs.length - 1)] ?? 0;
}
