import { type EntryId, generationOf, none } from '@relay/core';
import type { Retries } from '@relay/retries';

/** What a replay has opened. */
export interface Reopened {
  readonly entry: EntryId;
  readonly replay: number;
}

/** Wakes what is open and due. An alarm that is lost on the way is set by a worker, a little later. */
export async function wakeAll(
  retries: Pick<Retries, 'wake'>,
  { endpoint, subscriber }: { readonly endpoint: string; readonly subscriber: string },
  reopened: readonly Reopened[],
): Promise<void> {
  await Promise.all(
    reopened.map(({ entry, replay }) =>
      retries.wake(subscriber, { endpoint, entry, generation: generationOf({ ...none, replay }) }, 0),
    ),
  );
}
