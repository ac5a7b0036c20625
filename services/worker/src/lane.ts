import type { Subscriber } from '@relay/core';
import { createForward, type Forward, type ForwardDeps } from './forward.ts';
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

export function createLane(first: Subscriber, deps: Omit<ForwardDeps, 'subscriber' | 'receives' | 'slots'>): Lane {
  let subscriber = first;
  let received = new Set(first.endpoints);
  const slots = createSlots(first.concurrency);
  const ramp = createRamp();
  const places = () => ramp.placesOf(subscriber.concurrency);
  const forward = createForward({
    ...deps,
    subscriber: () => subscriber,
    receives: (endpoint) => received.has(endpoint),
    slots,
  });
  return {
    get subscriber() {
      return subscriber;
    },
    slots,
    forward,
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
      subscriber = next;
      received = new Set(next.endpoints);
      slots.resize(places());
    },
  };
}
