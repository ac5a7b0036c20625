import type { Subscriber } from '@relay/core';
import type { Attempt } from './attempt.ts';
import { createForward, type Forward, type ForwardDeps } from './forward.ts';
import { createOrdered, type OrderedDeps } from './ordered.ts';
import { createRamp } from './ramp.ts';
import { createSlots, type Slots } from './slots.ts';

/** Everything that one subscriber has of its own in this process, so that its trouble stays its own. */
export interface Lane {
  readonly subscriber: Subscriber;
  readonly slots: Slots;
  readonly forward: Forward;
  /** Deliveries in flight at most: as its concurrency says, but for a while after a hold. */
  readonly places: number;
  /** A hold is over. */
  rampUp(): void;
  /** An attempt has ended. */
  attempted(delivered: boolean): void;
  /** Goes on under another configuration of the same subscriber. */
  change(subscriber: Subscriber): void;
}

export interface LaneDeps extends Omit<ForwardDeps & OrderedDeps, 'subscriber' | 'receives' | 'slots'> {
  /** For a subscriber that wants its messages in order; see `OrderedDeps`. */
  readonly attemptInOrder: Attempt;
}

export function createLane(first: Subscriber, { attemptInOrder, ...deps }: LaneDeps): Lane {
  let subscriber = first;
  let received = new Set(first.endpoints);
  const slots = createSlots(first.concurrency);
  const ramp = createRamp();
  const places = () => ramp.placesOf(subscriber.concurrency);
  let forward = forwardNow();

  function forwardNow(): Forward {
    const own = {
      ...deps,
      subscriber: () => subscriber,
      receives: (endpoint: string) => received.has(endpoint),
      slots,
    };
    return subscriber.order === undefined ? createForward(own) : createOrdered({ ...own, attempt: attemptInOrder });
  }

  /** What moves the cursors from now on; the other comes to its end meanwhile. */
  function replaceForward(): void {
    const ended = forward.stop();
    const next = forwardNow();
    forward = { ...next, stop: async () => void (await Promise.all([ended, next.stop()])) };
  }

  return {
    get subscriber() {
      return subscriber;
    },
    slots,
    get forward() {
      return forward;
    },
    get places() {
      return places();
    },
    rampUp() {
      ramp.begin();
      slots.resize(places());
    },
    attempted(delivered) {
      const before = places();
      ramp.attempted(delivered, subscriber.concurrency);
      if (places() !== before) slots.resize(places());
    },
    change(next) {
      const replaces = next.order !== subscriber.order;
      subscriber = next;
      received = new Set(next.endpoints);
      slots.resize(places());
      if (replaces) replaceForward();
    },
  };
}
