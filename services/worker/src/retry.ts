import { generationOf, type Subscriber } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import type { Alarm } from '@relay/retries';
import type { Attempt, Attempted } from './attempt.ts';
import type { Admitted } from './budget.ts';
import type { Flight } from './flight.ts';
import type { Insist } from './insist.ts';
import type { Slots } from './slots.ts';

export interface RetryDeps {
  /** The subscriber and its places in flight; undefined when it is nobody's business here any more. */
  readonly lane: (subscriber: string) => { readonly subscriber: Subscriber; readonly slots: Slots } | undefined;
  readonly journal: Pick<Journal, 'open' | 'overdue'>;
  readonly holds: Pick<Holds, 'mayAttempt'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
  readonly flight: Pick<Flight, 'admit'>;
  readonly damped: Pick<DampedLog, 'error'>;
  readonly clock: () => number;
}

/** Station 3. */
export interface Retry {
  /** An alarm rang. Must not reject: the delivery is open, and tend sets another alarm. */
  ring(subscriber: string, alarm: Alarm): Promise<void>;
  /** On hold: attempts the most overdue delivery so; undefined when none of this endpoint is due. */
  probe(subscriber: string, endpoint: string, how: Attempt): Promise<Attempted | undefined>;
  /** How many open deliveries are being attempted. */
  readonly size: number;
}

/**
 *   ring      an alarm rang, and the subscriber is not on hold
 *   once      the same alarm does not ring already
 *   inPlace   waits for a place that retries may have, and for room in memory
 *   carry     reads the delivery from the log and attempts it, if it is still open for this alarm
 *
 * Whether there is still something to do when an alarm rings, the log says and not the alarm. A delivery whose subscriber or
 * endpoint has left the configuration stays open, in case they come back; so does one whose subscriber is on hold.
 */
export function createRetry({ lane, journal, holds, attempt, insist, flight, damped, clock }: RetryDeps): Retry {
  /** An alarm may ring again while it rings: its lock was lost while Redis was away. */
  const ringing = new Set<string>();
  let attempting = 0;

  async function carry(
    name: string,
    { endpoint, entry, generation }: Alarm,
    how: Attempt,
    admitted: Admitted,
  ): Promise<Attempted | undefined> {
    const subscriber = lane(name)?.subscriber;
    if (subscriber === undefined || !subscriber.endpoints.includes(endpoint)) return undefined;
    const delivery = await insist(() => journal.open(endpoint, name, entry));
    // An alarm that rings a second time finds the delivery open for a later one.
    if (delivery === undefined || generationOf(delivery.attempts) !== generation) return undefined;
    // The others stand in their line, and are attempted from there.
    if (subscriber.order !== undefined && delivery.attempts.replay === undefined) return undefined;
    admitted.weigh(delivery.message.body.length);
    attempting += 1;
    const attempted = await how(subscriber, delivery).finally(() => {
      attempting -= 1;
    });
    return attempted === 'not begun' ? undefined : attempted;
  }

  async function inPlace(slots: Slots, name: string, alarm: Alarm, how: Attempt): Promise<Attempted | undefined> {
    const release = await slots.takeForRetry();
    const admitted = await flight.admit(name);
    try {
      return await carry(name, alarm, how, admitted);
    } catch (error) {
      if (lane(name) !== undefined)
        damped.error({ subscriber: name, ...alarm, reason: String(error) }, 'delivery.left');
      return undefined;
    } finally {
      admitted.end();
      release();
    }
  }

  async function once(name: string, alarm: Alarm, how: Attempt): Promise<Attempted | undefined> {
    const slots = lane(name)?.slots;
    const key = [name, alarm.endpoint, alarm.entry, alarm.generation].join('\n');
    if (slots === undefined || ringing.has(key)) return undefined;
    ringing.add(key);
    return inPlace(slots, name, alarm, how).finally(() => ringing.delete(key));
  }

  return {
    async ring(name, alarm) {
      if (holds.mayAttempt(name)) await once(name, alarm, attempt);
    },
    async probe(name, endpoint, how) {
      const [due] = await journal.overdue(endpoint, name, clock(), 1);
      return due && once(name, { endpoint, ...due }, how);
    },
    get size() {
      return attempting;
    },
  };
}
