import type { Delivery, Subscriber } from '@relay/core';
import { BrokenLogError, type Journal } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import { PaceEndedError } from '@relay/pace';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flight.ts';
import type { Insist } from './insist.ts';
import { createRest } from './rest.ts';
import type { Slots } from './slots.ts';

export interface ForwardDeps {
  /** The subscriber as the configuration in force describes it. */
  readonly subscriber: () => Subscriber;
  /** Whether it receives this endpoint now. */
  readonly receives: (endpoint: string) => boolean;
  readonly wants: (subscriber: Subscriber, message: Delivery['message']) => boolean;
  readonly journal: Pick<Journal, 'read' | 'claim' | 'settle' | 'handBack'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
  readonly metrics: Pick<WorkerMetrics, 'settled'>;
  readonly flight: Flight;
  readonly slots: Slots;
  /** Right after Redis was away, deliveries look abandoned that are not. */
  readonly mayClaim: () => boolean;
  readonly damped: Pick<DampedLog, 'error'>;
}

/** Station 2: moves one subscriber's cursors forward. */
export interface Forward {
  /** These endpoints may have something unread. */
  look(endpoints: Iterable<string>): void;
  /** These endpoints may have pending deliveries that nobody carries. They come before what is unread. */
  claim(endpoints: Iterable<string>): void;
  /** Reads no more. What has been read is in flight and goes on; resolves when a read under way has brought what it brings. */
  stop(): Promise<void>;
}

/**
 * Takes its places before it reads, and reads no more than it has places for, so that a subscriber that is slow or away
 * costs nothing but its cursor standing still. Must not throw: the process, and every other subscriber with it, would end.
 */
export function createForward(deps: ForwardDeps): Forward {
  const { subscriber, receives, wants, journal, attempt, insist, metrics, flight, slots, mayClaim, damped } = deps;
  const unread = new Set<string>();
  const unclaimed = new Set<string>();
  const rest = createRest(() => performance.now());
  let running: Promise<void> | undefined;
  let stopped = false;

  /** Nobody has to remember what rests: tend asks for it in every round. */
  const takes = (endpoint: string) => receives(endpoint) && !rest.rests(endpoint);

  function start(): void {
    if (running === undefined && !stopped) running = run();
  }

  async function run(): Promise<void> {
    while (unread.size + unclaimed.size > 0 && !stopped) {
      const places = slots.takeFree(flight.room(subscriber().name));
      if (places === 0) await slots.changed();
      else await fill(places);
    }
    running = undefined;
  }

  async function fill(places: number): Promise<void> {
    const arrived = flight.expect(subscriber().name, places);
    const [left] = unclaimed;
    const deliveries = await (left === undefined ? readSome(places) : claimSome(left, places));
    const begun = deliveries.filter((delivery) => flight.begin(delivery));
    arrived();
    for (const delivery of begun) void carry(delivery);
    slots.release(places - begun.length);
  }

  async function readSome(places: number): Promise<readonly Delivery[]> {
    const endpoints = [...unread].slice(0, places);
    for (const endpoint of endpoints) unread.delete(endpoint);
    const count = Math.floor(places / endpoints.length);
    const read = async () => {
      // A reload may come between two goes; what has left the configuration may have lost its cursor.
      const received = stopped ? [] : endpoints.filter(takes);
      return received.length === 0 ? [] : journal.read(subscriber().name, received, count);
    };
    const deliveries = await insist(read).catch(() => []);
    for (const endpoint of endpoints) {
      const full = deliveries.filter(({ message }) => message.endpoint === endpoint).length === count;
      if (full) unread.add(endpoint);
    }
    return deliveries;
  }

  async function claimSome(endpoint: string, places: number): Promise<readonly Delivery[]> {
    unclaimed.delete(endpoint);
    if (!takes(endpoint)) return [];
    const { name } = subscriber();
    const claiming = { count: places, carried: flight.carried(endpoint, name), abandoned: mayClaim() };
    const deliveries = await journal.claim(endpoint, name, claiming).catch(() => []); // tend asks again
    if (deliveries.length === places) unclaimed.add(endpoint);
    return deliveries;
  }

  /** Whatever goes wrong here, the delivery is still pending and no longer refreshed: somebody will claim it. */
  async function carry(delivery: Delivery): Promise<void> {
    const { name } = subscriber();
    const { id, endpoint } = delivery.message;
    try {
      await settle(delivery);
      flight.end(delivery);
      rest.settled(endpoint);
    } catch (error) {
      if (error instanceof BrokenLogError) rest.failed(endpoint);
      if (error instanceof PaceEndedError) await leaveToOthers(delivery);
      else if (!stopped) damped.error({ subscriber: name, endpoint, id, reason: String(error) }, 'delivery.left');
      flight.leave(delivery);
    } finally {
      slots.release();
    }
  }

  /** It has not been attempted, and the process is going. */
  async function leaveToOthers({ message: { endpoint }, entry }: Delivery): Promise<void> {
    await journal.handBack(endpoint, subscriber().name, [entry]).catch(() => undefined); // they claim it all the same
  }

  async function settle(delivery: Delivery): Promise<void> {
    const { message, entry } = delivery;
    const current = subscriber();
    // What it receives no more is nobody's to skip: it waits for the endpoint to come back, or for the retention to end.
    if (!receives(message.endpoint)) return journal.handBack(message.endpoint, current.name, [entry]);
    if (message.unreadable) damped.error({ endpoint: message.endpoint, id: message.id }, 'message.unreadable');
    if (message.unreadable || wants(current, message)) return void (await attempt(current, delivery));
    const counted = await insist(() =>
      journal.settle({ endpoint: message.endpoint, subscriber: current.name, entry, settlement: { state: 'skipped' } }),
    );
    if (counted) metrics.settled(current.name, 'skipped');
  }

  return {
    look(endpoints) {
      for (const endpoint of endpoints) unread.add(endpoint);
      start();
    },
    claim(endpoints) {
      for (const endpoint of endpoints) unclaimed.add(endpoint);
      start();
    },
    async stop() {
      stopped = true;
      slots.nudge();
      await running;
    },
  };
}
