import type { Subscriber } from '@relay/core';
import { createForward, type Forward, type ForwardDeps } from './forward.ts';
import { createSlots, type Slots } from './slots.ts';

/** Everything that one subscriber has of its own in this process, so that its trouble stays its own. */
export interface Lane {
  readonly subscriber: Subscriber;
  readonly slots: Slots;
  readonly forward: Forward;
  /** Goes on under another configuration of the same subscriber. */
  change(subscriber: Subscriber): void;
}

export function createLane(first: Subscriber, deps: Omit<ForwardDeps, 'subscriber' | 'receives' | 'slots'>): Lane {
  let subscriber = first;
  let received = new Set(first.endpoints);
  const slots = createSlots(first.concurrency);
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
    change(next) {
      subscriber = next;
      received = new Set(next.endpoints);
      slots.resize(next.concurrency);
    },
  };
}
