import { generationOf, type Subscriber } from '@relay/core';
import type { Journal } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import type { Alarm } from '@relay/retries';
import type { Attempt } from './attempt.ts';
import type { Admitted } from './budget.ts';
import type { Flight } from './flight.ts';
import type { Insist } from './insist.ts';
import type { Slots } from './slots.ts';

export interface RetryDeps {
  /** The subscriber and its places in flight; undefined when it is nobody's business here any more. */
  readonly lane: (subscriber: string) => { readonly subscriber: Subscriber; readonly slots: Slots } | undefined;
  readonly journal: Pick<Journal, 'open'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
  readonly flight: Pick<Flight, 'admit'>;
  readonly damped: Pick<DampedLog, 'error'>;
}

/** Station 3. */
export interface Retry {
  /** An alarm rang. Must not reject: the delivery is open, and tend sets another alarm. */
  ring(subscriber: string, alarm: Alarm): Promise<void>;
  /** How many open deliveries are being attempted. */
  readonly size: number;
}

/**
 * Whether there is still something to do when an alarm rings, the log says and not the alarm. A delivery whose subscriber or
 * endpoint has left the configuration stays open, in case they come back.
 */
export function createRetry({ lane, journal, attempt, insist, flight, damped }: RetryDeps): Retry {
  /** An alarm may ring again while it rings: its lock was lost while Redis was away. */
  const ringing = new Set<string>();
  let attempting = 0;

  async function carry(name: string, { endpoint, entry, generation }: Alarm, admitted: Admitted): Promise<void> {
    const subscriber = lane(name)?.subscriber;
    if (subscriber === undefined || !subscriber.endpoints.includes(endpoint)) return;
    const delivery = await insist(() => journal.open(endpoint, name, entry));
    // An alarm that rings a second time finds the delivery open for a later one.
    if (delivery === undefined || generationOf(delivery.attempts) !== generation) return;
    admitted.weigh(delivery.message.body.length);
    attempting += 1;
    await attempt(subscriber, delivery).finally(() => {
      attempting -= 1;
    });
  }

  async function inPlace(slots: Slots, name: string, alarm: Alarm): Promise<void> {
    const release = await slots.takeForRetry();
    const admitted = await flight.admit(name);
    try {
      await carry(name, alarm, admitted);
    } catch (error) {
      if (lane(name) === undefined) return;
      damped.error({ subscriber: name, ...alarm, reason: String(error) }, 'delivery.left');
    } finally {
      admitted.end();
      release();
    }
  }

  return {
    async ring(name, alarm) {
      const slots = lane(name)?.slots;
      const key = [name, alarm.endpoint, alarm.entry, alarm.generation].join('\n');
      if (slots === undefined || ringing.has(key)) return;
      ringing.add(key);
      await inPlace(slots, name, alarm).finally(() => ringing.delete(key));
    },
    get size() {
      return attempting;
    },
  };
}
