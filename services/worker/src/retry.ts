import type { Subscriber } from '@relay/core';
import type { Journal } from '@relay/journal';
import type { Alarm } from '@relay/retries';
import type { Logger } from 'pino';
import type { Attempt } from './attempt.ts';
import type { Insist } from './insist.ts';
import type { Slots } from './slots.ts';

export interface RetryDeps {
  /** The subscriber and its places in flight; undefined when it is nobody's business here any more. */
  readonly lane: (subscriber: string) => { readonly subscriber: Subscriber; readonly slots: Slots } | undefined;
  readonly journal: Pick<Journal, 'open'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
  readonly log: Logger;
}

/**
 * Station 3: an alarm rang. Whether there is still something to do, the log says and not the alarm. A delivery whose
 * subscriber or endpoint has left the configuration stays open, in case they come back. Must not throw: the delivery is
 * open, and tend sets another alarm.
 */
export function createRetry({ lane, journal, attempt, insist, log }: RetryDeps) {
  async function carry(name: string, { endpoint, entry, generation }: Alarm): Promise<void> {
    const subscriber = lane(name)?.subscriber;
    if (subscriber === undefined || !subscriber.endpoints.includes(endpoint)) return;
    const delivery = await insist(() => journal.open(endpoint, name, entry));
    // An alarm that rings a second time finds the delivery open for a later one.
    if (delivery?.attempts.count === generation) await attempt(subscriber, delivery);
  }

  return async (name: string, alarm: Alarm): Promise<void> => {
    const slots = lane(name)?.slots;
    if (slots === undefined) return;
    await slots.acquire();
    try {
      await carry(name, alarm);
    } catch (error) {
      if (lane(name) !== undefined) log.error({ subscriber: name, ...alarm, error: String(error) }, 'delivery.left');
    } finally {
      slots.release();
    }
  };
}
