import type { Subscriber } from '@relay/core';
import type { Journal } from '@relay/journal';
import type { Alarm } from '@relay/retries';
import type { Attempt } from './attempt.ts';
import type { Insist } from './insist.ts';
import type { Slots } from './slots.ts';

export interface RetryDeps {
  /** The subscriber and its places in flight; undefined when no configuration names it any more. */
  readonly lane: (subscriber: string) => { readonly subscriber: Subscriber; readonly slots: Slots } | undefined;
  readonly journal: Pick<Journal, 'open'>;
  readonly attempt: Attempt;
  readonly insist: Insist;
}

/**
 * Station 3: an alarm rang. Whether there is still something to do, the log says and not the alarm. A delivery whose
 * subscriber or endpoint has left the configuration stays open, in case they come back.
 */
export function createRetry({ lane, journal, attempt, insist }: RetryDeps) {
  return async (name: string, { endpoint, entry }: Alarm): Promise<void> => {
    const slots = lane(name)?.slots;
    if (slots === undefined) return;
    await slots.acquire();
    try {
      const subscriber = lane(name)?.subscriber;
      if (subscriber === undefined || !subscriber.endpoints.includes(endpoint)) return;
      const delivery = await insist('read an open delivery', () => journal.open(endpoint, name, entry));
      if (delivery !== undefined) await attempt(subscriber, delivery);
    } finally {
      slots.release();
    }
  };
}
