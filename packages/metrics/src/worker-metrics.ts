import {
  type Ledger,
  ledgerDifference,
  type Outcome,
  outcomeKinds,
  type Settlement,
  type Standing,
  standingOf,
} from '@relay/core';
import { Counter, Gauge, Histogram } from 'prom-client';
import { createHoldMetrics, type HoldMetrics } from './hold-metrics.ts';
import { createRegistry, createServiceMetrics, type ServiceMetrics } from './service-metrics.ts';

export interface WorkerMetrics extends ServiceMetrics, HoldMetrics {
  /** An attempt came to its outcome. */
  attempted(subscriber: string, outcome: Outcome): void;
  /** A delivery was settled as delivered, `lagMs` after its message was received. */
  delivered(subscriber: string, lagMs: number): void;
  /** A delivery was settled, or left open for a retry. */
  settled(subscriber: string, state: Settlement['state']): void;
  /** A rule of the subscriber's filter asked for a body that nobody can look into. */
  filterUnreadable(subscriber: string): void;
  /** How all subscribers stand now. Replaces what was said before; a subscriber without an entry is not shown. */
  ledger(entries: readonly Ledger[]): void;
  /** Shows the subscriber's series from 0, so that `rate()` sees its first attempt. */
  expectSubscriber(subscriber: string): void;
  /** Removes the subscriber's series. */
  forgetSubscriber(subscriber: string): void;
}

const states = ['skipped', 'delivered', 'open', 'dead'] as const satisfies readonly Settlement['state'][];

/** The others stay away until they happen: 1,000 subscribers times all outcomes are a lot of zeros. */
const expectedOutcomes = ['delivered', 'refused'] as const satisfies readonly Outcome['kind'][];
const expectedStates = ['delivered', 'dead'] as const satisfies readonly Settlement['state'][];

const attemptSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
/** To three days: what waits for a subscriber that is down is delivered late, not lost. */
const lagSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600, 21_600, 86_400, 259_200];

/** Durations are by outcome or for all: a histogram per subscriber makes a scrape of 1,000 subscribers a megabyte. */
export function createWorkerMetrics({ clock = Date.now } = {}): WorkerMetrics {
  const registry = createRegistry();
  const registers = [registry];
  const attempts = new Counter({
    name: 'relay_attempts_total',
    help: 'Attempts, by subscriber and outcome',
    labelNames: ['subscriber', 'outcome'],
    registers,
  });
  const attemptDuration = new Histogram({
    name: 'relay_attempt_duration_seconds',
    help: 'How long attempts took, by outcome',
    labelNames: ['outcome'],
    buckets: attemptSeconds,
    registers,
  });
  const lag = new Histogram({
    name: 'relay_delivery_lag_seconds',
    help: 'From receiving a message to delivering it',
    buckets: lagSeconds,
    registers,
  });
  const settlements = new Counter({
    name: 'relay_settled_total',
    help: 'Deliveries settled or left open for a retry, by subscriber and state',
    labelNames: ['subscriber', 'state'],
    registers,
  });
  const unreadable = new Counter({
    name: 'relay_filter_unreadable_total',
    help: 'Messages judged by a rule of the subscriber on a body that cannot be looked into',
    labelNames: ['subscriber'],
    registers,
  });
  for (const outcome of outcomeKinds) attemptDuration.zero({ outcome });

  const { forget: forgetHold, ...holdMetrics } = createHoldMetrics(registers, clock);
  const lastDeliveries = new Map<string, number>();
  let standings: ReadonlyMap<string, Standing> = new Map();
  /** Per subscriber, the sum over its endpoints: what one of them misses does not make up for what another has too much. */
  let differences: ReadonlyMap<string, number> = new Map();

  /** A gauge read off the standings at each scrape, so that ages are true even when nothing has happened since. */
  function standingGauge(name: string, help: string, read: (standing: Standing, now: number) => number | undefined) {
    new Gauge({
      name,
      help,
      labelNames: ['subscriber'],
      registers,
      collect() {
        this.reset();
        const now = clock();
        for (const [subscriber, standing] of standings) {
          const value = read(standing, now);
          if (value !== undefined) this.set({ subscriber }, value);
        }
      },
    });
  }

  standingGauge('relay_waiting_messages', 'Kept, and not read for the subscriber yet', (standing) => standing.waiting);
  standingGauge('relay_pending_deliveries', 'Read, and being attempted', (standing) => standing.pending);
  standingGauge('relay_open_deliveries', 'Waiting for a retry', (standing) => standing.open);
  standingGauge('relay_dead_letters', 'Given up, and still there', (standing) => standing.deadLetters);
  standingGauge(
    'relay_oldest_waiting_age_seconds',
    'Age of the oldest message not read for the subscriber yet, 0 when none waits',
    ({ oldestWaitingAt }, now) => ageSeconds(oldestWaitingAt ?? now, now),
  );
  standingGauge(
    'relay_first_due_age_seconds',
    'For how long an attempt of an open delivery has been due, of whichever it was due first; 0 when none is',
    ({ firstDueAt }, now) => ageSeconds(firstDueAt ?? now, now),
  );
  standingGauge(
    'relay_last_delivery_age_seconds',
    'Since the last delivery to the subscriber, by whichever worker; absent before the first',
    ({ subscriber, lastDeliveredAt }, now) => {
      const latest = Math.max(lastDeliveredAt ?? 0, lastDeliveries.get(subscriber) ?? 0);
      return latest === 0 ? undefined : ageSeconds(latest, now);
    },
  );

  new Gauge({
    name: 'relay_ledger_difference',
    help: 'Deliveries that the books miss or count too often; always 0',
    labelNames: ['subscriber'],
    registers,
    collect() {
      this.reset();
      for (const [subscriber, difference] of differences) this.set({ subscriber }, difference);
    },
  });

  return {
    ...createServiceMetrics(registry),
    ...holdMetrics,
    attempted(subscriber, outcome) {
      attempts.inc({ subscriber, outcome: outcome.kind });
      attemptDuration.observe({ outcome: outcome.kind }, outcome.durationMs / 1000);
    },
    delivered(subscriber, lagMs) {
      lag.observe(Math.max(0, lagMs) / 1000);
      lastDeliveries.set(subscriber, clock());
    },
    settled: (subscriber, state) => settlements.inc({ subscriber, state }),
    filterUnreadable: (subscriber) => unreadable.inc({ subscriber }),
    ledger(entries) {
      const ledgers = Map.groupBy(entries, ({ subscriber }) => subscriber);
      standings = new Map([...ledgers].map(([subscriber, own]) => [subscriber, standingOf(subscriber, own)]));
      differences = new Map([...ledgers].map(([subscriber, own]) => [subscriber, differenceOf(own)]));
    },
    expectSubscriber(subscriber) {
      for (const outcome of expectedOutcomes) attempts.inc({ subscriber, outcome }, 0);
      for (const state of expectedStates) settlements.inc({ subscriber, state }, 0);
      unreadable.inc({ subscriber }, 0);
    },
    forgetSubscriber(subscriber) {
      for (const outcome of outcomeKinds) attempts.remove({ subscriber, outcome });
      for (const state of states) settlements.remove({ subscriber, state });
      unreadable.remove({ subscriber });
      lastDeliveries.delete(subscriber);
      forgetHold(subscriber);
      standings = new Map([...standings].filter(([name]) => name !== subscriber));
      differences = new Map([...differences].filter(([name]) => name !== subscriber));
    },
  };
}

function differenceOf(ledgers: readonly Ledger[]): number {
  return ledgers.reduce((sum, ledger) => sum + Math.abs(ledgerDifference(ledger)), 0);
}

/** Never below 0, whatever the clocks of two machines say. */
function ageSeconds(at: number, now: number): number {
  return Math.max(0, now - at) / 1000;
}
