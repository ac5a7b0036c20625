import {
  type Attempts,
  type Delivery,
  generationOf,
  type Outcome,
  outcomeWord,
  type RetryPolicy,
  type Settlement,
  type Subscriber,
} from '@relay/core';
import { type HttpDelivery, nextStep } from '@relay/delivery';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Logger } from 'pino';
import type { Alarms } from './alarms.ts';
import type { Insist } from './insist.ts';

export interface AttemptDeps {
  readonly http: Pick<HttpDelivery, 'attempt'>;
  readonly holds: Pick<Holds, 'runningNow'>;
  /** Whether the subscriber may still be called, now that its turn has come. */
  readonly mayBegin: (subscriber: string) => boolean;
  /** Whether a failure uses up one of the attempts that the subscriber's policy allows; else the next one has its number again. */
  readonly usesUp: (subscriber: Subscriber, delivery: Delivery) => boolean;
  readonly journal: Pick<Journal, 'settle'>;
  /** Without them, whoever failed is attempted again from its line, or found overdue. */
  readonly alarms: Pick<Alarms, 'set' | 'setOwn'> | undefined;
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

/** Makes a delivery's next attempt and settles what came of it; not begun is one whose subscriber is on hold, or whose process is going. */
export type Attempt = (subscriber: Subscriber, delivery: Delivery) => Promise<Attempted | 'not begun'>;

/**
 * The one way in which a message goes out, for first attempts and retries alike. The alarm is set before the delivery is
 * settled as open: a crash between the two leaves it pending, to be claimed, and an alarm that finds nothing open. An alarm
 * that is refused holds nothing up.
 */
export function createAttempt({
  http,
  holds,
  mayBegin,
  usesUp,
  journal,
  alarms,
  metrics,
  insist,
  log,
  clock,
  random,
}: AttemptDeps): Attempt {
  return async (subscriber, delivery) => {
    if (!mayBegin(subscriber.name)) return 'not begun';
    const { message, entry } = delivery;
    const number = delivery.attempts.count + 1;
    const beganAt = holds.runningNow(subscriber.name);
    const outcome = await http.attempt(subscriber, message, delivery.attempts);
    metrics.attempted(subscriber.name, outcome);

    const at = clock();
    const firstAt = delivery.attempts.firstAt ?? beganAt;
    const counts = usesUp(subscriber, delivery);
    const step = nextStep(counts ? subscriber.retry : withoutLimit(subscriber.retry), {
      attempt: number,
      ageMs: Math.max(0, holds.runningNow(subscriber.name) - firstAt),
      outcome,
      random: random(),
    });
    const words = [...delivery.attempts.words, outcomeWord(outcome)];
    const made: Attempts = { ...delivery.attempts, count: number, firstAt, words };
    const attempts = step.kind === 'retry' && !counts ? delivery.attempts : made;
    const settlement = settlementOf(step, attempts, at);
    const alarm = { endpoint: message.endpoint, entry, generation: generationOf(attempts) };
    const refused = step.kind === 'retry' && (await alarms?.set(subscriber.name, alarm, step.delayMs)) === false;
    const counted = await insist(() =>
      journal.settle({ endpoint: message.endpoint, subscriber: subscriber.name, entry, settlement }),
    );
    if (refused && counted) alarms?.setOwn(subscriber.name, alarm, Math.max(0, at + step.delayMs - clock()));
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

function withoutLimit({ maxAttempts: _, ...policy }: RetryPolicy): RetryPolicy {
  return policy;
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
