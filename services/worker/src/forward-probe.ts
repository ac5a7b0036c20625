import type { Delivery } from '@relay/core';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flight.ts';
import type { Carried, Forward } from './forward.ts';
import type { Slots } from './slots.ts';

/** So many messages that its subscriber does not want may come before a probe; then another worker may look. */
const mostPassedOver = 500;

export interface ForwardProbeDeps {
  /** Endpoints that may have something unread, and something pending that nobody carries. */
  readonly unread: Set<string>;
  readonly unclaimed: Set<string>;
  readonly read: (endpoints: readonly string[], count: number, mayRead: () => boolean) => Promise<readonly Delivery[]>;
  readonly claim: (endpoint: string, places: number) => Promise<readonly Delivery[]>;
  /** Gives the place back, too. */
  readonly carry: (delivery: Delivery, how: Attempt) => Promise<Carried>;
  /** While nothing else is read or claimed. */
  readonly exclusively: <T>(act: () => Promise<T>) => Promise<T>;
  readonly slots: Pick<Slots, 'takeFree' | 'release' | 'changed'>;
  readonly flight: Pick<Flight, 'begin'>;
  readonly isStopped: () => boolean;
}

/** The probe of station 2: on hold the cursors stand still, but for the one delivery that shows whether the subscriber is well. */
export function createForwardProbe(deps: ForwardProbeDeps): Forward['probe'] {
  const { unread, unclaimed, read, claim, carry, exclusively, slots, flight, isStopped } = deps;

  async function probeOne(how: Attempt): Promise<Carried> {
    while (!isStopped() && slots.takeFree(1) === 0) await slots.changed();
    const delivery = isStopped() ? undefined : await exclusively(takeOne);
    if (delivery !== undefined && flight.begin(delivery)) return carry(delivery, how);
    slots.release();
    return 'left';
  }

  async function takeOne(): Promise<Delivery | undefined> {
    return (await readOne()) ?? (await claimOne());
  }

  async function readOne(): Promise<Delivery | undefined> {
    for (const endpoint of [...unread]) {
      unread.delete(endpoint);
      const [delivery] = await read([endpoint], 1, () => true);
      if (delivery === undefined) continue;
      unread.add(endpoint);
      return delivery;
    }
    return undefined;
  }

  async function claimOne(): Promise<Delivery | undefined> {
    for (const endpoint of [...unclaimed]) {
      const [delivery] = await claim(endpoint, 1);
      if (delivery !== undefined) return delivery;
    }
    return undefined;
  }

  return async (how) => {
    for (let passedOver = 0; passedOver < mostPassedOver; passedOver += 1) {
      const carried = await probeOne(how);
      if (carried === 'left') return undefined;
      if (carried !== 'passed over') return carried;
    }
    return undefined;
  };
}
