import type { Delivery, Subscriber } from '@relay/core';
import type { Holds } from '@relay/holds';
import { BrokenLogError, type Journal } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import type { Attempt, Attempted } from './attempt.ts';
import type { Flight } from './flight.ts';
import { createForwardProbe } from './forward-probe.ts';
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
  readonly holds: Pick<Holds, 'mayRead' | 'mayAttempt'>;
  /** Right after Redis was away, deliveries look abandoned that are not. */
  readonly mayClaim: () => boolean;
  readonly damped: Pick<DampedLog, 'error'>;
}

/** What a delivery came to; passed over is one that its subscriber does not want or receive, left is one that others will claim. */
export type Carried = Attempted | 'passed over' | 'left';

/** Station 2: moves one subscriber's cursors forward. */
export interface Forward {
  /** These endpoints may have something unread. */
  look(endpoints: Iterable<string>): void;
  /** These endpoints may have pending deliveries that nobody carries. They come before what is unread. */
  claim(endpoints: Iterable<string>): void;
  /** On hold: takes a single delivery, an unread one first, and attempts it so. Undefined when there is none that is wanted. */
  probe(how: Attempt): Promise<Attempted | undefined>;
  /** Reads no more. What has been read is in flight and goes on; resolves when a read under way has brought what it brings. */
  stop(): Promise<void>;
}

/**
 *   look, claim   somebody says that there may be something unread, or something pending that nobody carries
 *   run           as long as there is such an endpoint, and the subscriber is not on hold,
 *   fill          takes the places that are free and reads, or claims, no more deliveries than places
 *   carry         each delivery goes its way alone: settle attempts it, or skips it when it is not wanted; its place is free again
 *
 * So a subscriber that is slow or away costs nothing but its cursor standing still. On hold it takes nothing but probes. Must
 * not throw: the process, and every other subscriber with it, would end.
 */
export function createForward(deps: ForwardDeps): Forward {
  const { subscriber, receives, wants, journal, attempt, insist, metrics, flight, slots, holds, mayClaim, damped } =
    deps;
  const unread = new Set<string>();
  const unclaimed = new Set<string>();
  const rest = createRest(() => performance.now());
  let running: Promise<void> | undefined;
  let stopped = false;
  const isStopped = () => stopped;

  /** Nobody has to remember what rests: tend asks for it in every round. */
  const takes = (endpoint: string) => receives(endpoint) && !rest.rests(endpoint);

  function start(): void {
    if (running === undefined && hasWork()) void exclusively(run);
  }

  /** One at a time, a run or a probe: what a read under way brings may not be claimed meanwhile. */
  async function exclusively<T>(act: () => Promise<T>): Promise<T> {
    while (running !== undefined) await running;
    const { promise, resolve } = Promise.withResolvers<void>();
    running = promise;
    try {
      return await act();
    } finally {
      running = undefined;
      resolve();
      start();
    }
  }

  function hasWork(): boolean {
    if (stopped) return false;
    const { name } = subscriber();
    return (unread.size > 0 && holds.mayRead(name)) || (unclaimed.size > 0 && holds.mayAttempt(name));
  }

  async function run(): Promise<void> {
    while (hasWork()) {
      const places = slots.takeFree(flight.room(subscriber().name));
      if (places === 0) await slots.changed();
      else await fill(places);
    }
  }

  async function fill(places: number): Promise<void> {
    const arrived = flight.expect(subscriber().name, places);
    const [left] = unclaimed;
    const deliveries = await (left === undefined ? readSome(places) : claimSome(left, places));
    const begun = deliveries.filter((delivery) => flight.begin(delivery));
    arrived();
    for (const delivery of begun) void carry(delivery, attempt);
    slots.release(places - begun.length);
  }

  async function readSome(places: number): Promise<readonly Delivery[]> {
    const endpoints = [...unread].slice(0, places);
    for (const endpoint of endpoints) unread.delete(endpoint);
    const count = Math.floor(places / endpoints.length);
    // It may be on hold by the second go. Whoever ends the hold has everything looked at.
    const deliveries = await readUnread(endpoints, count, () => holds.mayRead(subscriber().name));
    for (const endpoint of endpoints) {
      const full = deliveries.filter(({ message }) => message.endpoint === endpoint).length === count;
      if (full) unread.add(endpoint);
    }
    return deliveries;
  }

  async function readUnread(
    endpoints: readonly string[],
    count: number,
    mayRead: () => boolean,
  ): Promise<readonly Delivery[]> {
    const read = async () => {
      // A reload may come between two goes; what has left the configuration may have lost its cursor.
      const received = stopped || !mayRead() ? [] : endpoints.filter(takes);
      return received.length === 0 ? [] : journal.read(subscriber().name, received, count);
    };
    return insist(read).catch(() => []);
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
  async function carry(delivery: Delivery, how: Attempt): Promise<Carried> {
    const { name } = subscriber();
    const { id, endpoint } = delivery.message;
    try {
      const carried = await settle(delivery, how);
      if (carried === 'left') await leaveToOthers(delivery);
      else rest.settled(endpoint);
      flight.end(delivery);
      return carried;
    } catch (error) {
      if (error instanceof BrokenLogError) rest.failed(endpoint);
      if (!stopped) damped.error({ subscriber: name, endpoint, id, reason: String(error) }, 'delivery.left');
      flight.leave(delivery);
      return 'left';
    } finally {
      slots.release();
    }
  }

  /** Its attempt has not begun. Once the hold is over somebody claims it, perhaps this process. */
  async function leaveToOthers({ message: { endpoint }, entry }: Delivery): Promise<void> {
    await journal.handBack(endpoint, subscriber().name, [entry]).catch(() => undefined); // they claim it all the same
  }

  async function settle(delivery: Delivery, how: Attempt): Promise<Carried> {
    const { message, entry } = delivery;
    const current = subscriber();
    // What it receives no more is nobody's to skip: it waits for the endpoint to come back, or for the retention to end.
    if (!receives(message.endpoint)) {
      await journal.handBack(message.endpoint, current.name, [entry]);
      return 'passed over';
    }
    if (message.unreadable) damped.error({ endpoint: message.endpoint, id: message.id }, 'message.unreadable');
    if (message.unreadable || wants(current, message)) {
      const attempted = await how(current, delivery);
      return attempted === 'not begun' ? 'left' : attempted;
    }
    const counted = await insist(() =>
      journal.settle({ endpoint: message.endpoint, subscriber: current.name, entry, settlement: { state: 'skipped' } }),
    );
    if (counted) metrics.settled(current.name, 'skipped');
    return 'passed over';
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
    probe: createForwardProbe({
      unread,
      unclaimed,
      read: readUnread,
      claim: claimSome,
      carry,
      exclusively,
      slots,
      flight,
      isStopped,
    }),
    async stop() {
      stopped = true;
      slots.nudge();
      await running;
    },
  };
}
