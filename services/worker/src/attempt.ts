import {
  type Attempts,
  type Delivery,
  generationOf,
  type Outcome,
  outcomeWord,
  type Settlement,
  type Subscriber,
} from '@relay/core';
import { type HttpDelivery, nextStep } from '@relay/delivery';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Pace } from '@relay/pace';
import type { Retries } from '@relay/retries';
import type { Logger } from 'pino';
import type { Insist } from './insist.ts';
import type { OwnAlarms } from './own-alarms.ts';

export interface AttemptDeps {
  readonly http: Pick<HttpDelivery, 'attempt'>;
  readonly pace: Pick<Pace, 'take'>;
  readonly holds: Pick<Holds, 'runningNow'>;
  /** Whether the subscriber may still be called, now that its turn has come. */
  readonly mayBegin: (subscriber: string) => boolean;
  readonly journal: Pick<Journal, 'settle'>;
  readonly retries: Pick<Retries, 'wake'>;
  readonly ownAlarms: Pick<OwnAlarms, 'set'>;
  readonly metrics: Pick<WorkerMetrics, 'attempted' | 'settled' | 'delivered'>;
  readonly insist: Insist;
  readonly log: Logger;
  readonly clock: () => number;
  readonly random: () => number;
}

/** An attempt that was made. */
export interface Attempted {
  readonly outcome: Outcome;
  readonly settlement: Settlement;
  /** Whether it was settled so; else somebody else had settled the delivery before. */
  readonly counted: boolean;
}

/** The subscriber was put on hold before the attempt began. */
export class HeldError extends Error {
  readonly code = 'HELD';
}

/**
 * Makes a delivery's next attempt and settles what came of it. Rejects before anything was attempted with PaceEndedError, when
 * the process is going, and with HeldError.
 */
export type Attempt = (subscriber: Subscriber, delivery: Delivery) => Promise<Attempted>;

/**
 * The one way in which a message goes out, for first attempts and retries alike. The alarm is set before the delivery is
 * settled as open: a crash between the two leaves it pending, to be claimed, and an alarm that finds nothing open. An alarm
 * that Redis refuses, whatever for, holds nothing up: this process rings it itself, or tend sets it once it is overdue.
 */
export function createAttempt({
  http,
  pace,
  holds,
  mayBegin,
  journal,
  retries,
  ownAlarms,
  metrics,
  insist,
  log,
  clock,
  random,
}: AttemptDeps): Attempt {
  return async (subscriber, delivery) => {
    const { message, entry } = delivery;
    const number = delivery.attempts.count + 1;
    await pace.take(subscriber.name);
    if (!mayBegin(subscriber.name)) throw new HeldError(`${subscriber.name} is on hold`);
    const beganAt = holds.runningNow(subscriber.name);
    const outcome = await http.attempt(subscriber, message, delivery.attempts);
    metrics.attempted(subscriber.name, outcome);

    const at = clock();
    const firstAt = delivery.attempts.firstAt ?? beganAt;
    const step = nextStep(subscriber.retry, {
      attempt: number,
      ageMs: Math.max(0, holds.runningNow(subscriber.name) - firstAt),
      outcome,
      random: random(),
    });
    const words = [...delivery.attempts.words, outcomeWord(outcome)];
    const attempts: Attempts = { ...delivery.attempts, count: number, firstAt, words };
    const settlement = settlementOf(step, attempts, at);
    const alarm = { endpoint: message.endpoint, entry, generation: generationOf(attempts) };
    const refused = step.kind === 'retry' && (await isRefused(retries.wake(subscriber.name, alarm, step.delayMs)));
    const counted = await insist(() =>
      journal.settle({ endpoint: message.endpoint, subscriber: subscriber.name, entry, settlement }),
    );
    if (refused && counted) ownAlarms.set(subscriber.name, alarm, Math.max(0, at + step.delayMs - clock()));
    if (counted) {
      metrics.settled(subscriber.name, settlement.state);
      if (settlement.state === 'delivered') metrics.delivered(subscriber.name, at - message.receivedAt);
    }
    report(
      { subscriber: subscriber.name, endpoint: message.endpoint, id: message.id, attempt: number, counted },
      outcome,
      settlement,
    );
    return { outcome, settlement, counted };
  };

  function report(facts: object, outcome: Outcome, settlement: Settlement): void {
    const level = settlement.state === 'dead' ? 'warn' : 'info';
    log[level](
      {
        ...facts,
        outcome: outcome.kind,
        ...('status' in outcome ? { status: outcome.status } : { code: outcome.code }),
        ms: Math.round(outcome.durationMs),
        state: settlement.state,
        ...(settlement.state === 'open' && { dueAt: new Date(settlement.dueAt).toISOString() }),
        ...(settlement.state === 'dead' && { reason: settlement.reason }),
      },
      'delivery.attempted',
    );
  }
}

function isRefused(setting: Promise<void>): Promise<boolean> {
  return setting.then(
    () => false,
    () => true,
  );
}

function settlementOf(step: ReturnType<typeof nextStep>, attempts: Attempts, at: number): Settlement {
  switch (step.kind) {
    case 'done':
      return { state: 'delivered', attempts, at };
    case 'retry':
      return { state: 'open', attempts, at, dueAt: at + step.delayMs };
    case 'give up':
      return { state: 'dead', attempts, at, reason: step.reason };
  }
}
