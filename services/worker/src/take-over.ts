import { compareEntries } from '@relay/core';
import type { Unsettled } from '@relay/journal';
import type { LineUp } from './line-up.ts';
import type { OrderedDeps } from './ordered.ts';

/** So many are looked at in one go. */
const atOnce = 20;

/** What was read from one cursor and is not settled, but does not stand in line in this process: it comes before whatever is unread. */
export interface TakeOver {
  /** All of it, in the log's order. Who stands in line already stays there; who is not among it was settled by somebody else, and leaves. */
  begin(all: readonly Unsettled[]): void;
  /** Some more line up; false when one of them comes before somebody who stands in line: then all have to line up again. */
  goOn(): Promise<boolean>;
  clear(): void;
  /** Nobody is left who has not lined up. */
  readonly done: boolean;
}

export function createTakeOver(
  endpoint: string,
  lineUp: Pick<LineUp, 'join' | 'leaveBut' | 'has' | 'newest'>,
  { subscriber, journal, remind, insist, flight }: OrderedDeps,
): TakeOver {
  const { name } = subscriber();
  let left: Unsettled[] = [];

  return {
    begin(all) {
      lineUp.leaveBut(new Set(all.map(({ entry }) => entry)));
      left = all.filter(({ entry }) => !lineUp.has(entry));
    },
    async goOn() {
      const page = left.slice(0, atOnce);
      const arrived = flight.expect(name, page.length);
      const entries = page.map(({ entry }) => entry);
      const found = await insist(() => journal.unsettled(endpoint, name, entries)).finally(arrived);
      // Not before: what could not be looked up is still to be taken over.
      left = left.slice(page.length);
      const deliveries = new Map(found.map((delivery) => [delivery.entry, delivery]));
      for (const { entry, dueAt } of page) {
        const delivery = deliveries.get(entry);
        if (delivery === undefined) continue;
        if (delivery.attempts.replay !== undefined) remind(delivery);
        else if (lineUp.newest !== undefined && compareEntries(entry, lineUp.newest) < 0) return false;
        else lineUp.join(delivery, dueAt);
      }
      return true;
    },
    clear() {
      left = [];
    },
    get done() {
      return left.length === 0;
    },
  };
}
