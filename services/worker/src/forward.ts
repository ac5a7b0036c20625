import type { Delivery, Subscriber } from '@relay/core';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flight.ts';
import type { Insist } from './insist.ts';
import type { Slots } from './slots.ts';

export interface ForwardDeps {
  /** The subscriber as the configuration in force describes it. */
  readonly subscriber: () => Subscriber;
  readonly wants: (subscriber: Subscriber, message: Delivery['message']) => boolean;
  readonly journal: Pick<Journal, 'read' | 'settle' | 'handBack'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
  readonly metrics: Pick<WorkerMetrics, 'settled'>;
  readonly flight: Flight;
  readonly slots: Slots;
}

/** Station 2: moves one subscriber's cursors forward. */
export interface Forward {
  /** These endpoints may have something unread. */
  look(endpoints: Iterable<string>): void;
  /** Carries deliveries that another worker left behind. */
  carry(deliveries: readonly Delivery[]): void;
  /** Reads no more. What is in flight goes on. */
  stop(): void;
}

/**
 * Reads no more than can be attempted at once, so that a subscriber that is slow or away costs nothing but its cursor
 * standing still. Must not throw: what was read and is not carried would be forgotten until somebody claims it.
 */
export function createForward(deps: ForwardDeps): Forward {
  const { subscriber, wants, journal, attempt, insist, metrics, flight, slots } = deps;
  const unread = new Set<string>();
  let running = false;
  let stopped = false;

  async function run(): Promise<void> {
    running = true;
    while (unread.size > 0 && !stopped) {
      const room = Math.min(slots.free(), flight.room());
      if (room === 0) await slots.changed();
      else await readSome(room);
    }
    running = false;
  }

  async function readSome(room: number): Promise<void> {
    const endpoints = [...unread].slice(0, room);
    for (const endpoint of endpoints) unread.delete(endpoint);
    const count = Math.floor(room / endpoints.length);
    const deliveries = await insist('read', () => journal.read(subscriber().name, endpoints, count)).catch(() => []);
    for (const endpoint of endpoints) {
      const read = deliveries.filter(({ message }) => message.endpoint === endpoint).length;
      if (read === count) unread.add(endpoint);
    }
    carry(deliveries);
  }

  function carry(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      if (!flight.begin(delivery)) continue;
      slots.take();
      void carryOne(delivery).finally(() => {
        flight.end(delivery);
        slots.release();
      });
    }
  }

  async function carryOne(delivery: Delivery): Promise<void> {
    const { message, entry } = delivery;
    const current = subscriber();
    if (stopped) return journal.handBack(message.endpoint, current.name, [entry]);
    if (wants(current, message)) return attempt(current, delivery);
    const counted = await insist('settle a delivery', () =>
      journal.settle({ endpoint: message.endpoint, subscriber: current.name, entry, settlement: { state: 'skipped' } }),
    );
    if (counted) metrics.settled(current.name, 'skipped');
  }

  return {
    look(endpoints) {
      for (const endpoint of endpoints) unread.add(endpoint);
      if (!running && !stopped) void run();
    },
    carry,
    stop() {
      stopped = true;
      slots.nudge();
    },
  };
}
