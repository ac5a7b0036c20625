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

export function createLane(first: Subscriber, deps: Omit<ForwardDeps, 'subscriber' | 'slots'>): Lane {
  let subscriber = first;
  const slots = createSlots(first.concurrency);
  const forward = createForward({ ...deps, subscriber: () => subscriber, slots });
  return {
    get subscriber() {
      return subscriber;
    },
    slots,
    forward,
    change(next) {
      subscriber = next;
      slots.resize(next.concurrency);
    },
  };
}
