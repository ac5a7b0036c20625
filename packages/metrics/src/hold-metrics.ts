import type { Hold } from '@relay/core';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface HoldMetrics {
  /** The subscriber is on hold; without one, it runs. */
  hold(subscriber: string, hold: Hold | undefined): void;
  /** A probe of the subscriber came to its end. */
  probed(subscriber: string, outcome: ProbeOutcome): void;
}

export type ProbeOutcome = (typeof probeOutcomes)[number];
const probeOutcomes = ['delivered', 'failed'] as const;

/** A subscriber that runs has no series: four reasons each would be a lot of zeros. */
export function createHoldMetrics(registers: Registry[], clock: () => number) {
  const holds = new Map<string, Hold>();
  new Gauge({
    name: 'relay_subscriber_hold',
    help: '1 while the subscriber is on hold for that reason; absent while it runs',
    labelNames: ['subscriber', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [subscriber, { reason }] of holds) this.set({ subscriber, reason }, 1);
    },
  });
  new Gauge({
    name: 'relay_subscriber_hold_age_seconds',
    help: 'Since the subscriber was put on hold, for the reason that holds it now; absent while it runs',
    labelNames: ['subscriber'],
    registers,
    collect() {
      this.reset();
      const now = clock();
      for (const [subscriber, { since }] of holds) this.set({ subscriber }, Math.max(0, now - since) / 1000);
    },
  });
  const probes = new Counter({
    name: 'relay_probes_total',
    help: 'Attempts made to see whether a subscriber that the breaker holds is well again, by what they came to',
    labelNames: ['subscriber', 'outcome'],
    registers,
  });

  return {
    hold(subscriber: string, hold: Hold | undefined): void {
      if (hold === undefined) holds.delete(subscriber);
      else holds.set(subscriber, hold);
    },
    probed: (subscriber: string, outcome: ProbeOutcome) => probes.inc({ subscriber, outcome }),
    forget(subscriber: string): void {
      holds.delete(subscriber);
      for (const outcome of probeOutcomes) probes.remove({ subscriber, outcome });
    },
  };
}
