import { accepted, type Posted } from './posted.ts';
import type { Arrivals } from './receivers.ts';

export interface Seen {
  readonly arrivals: Arrivals;
  readonly capacity: number;
  /** Numbers of those that should have it. */
  readonly subscribers: readonly number[];
}

/** For each accepted callback and each subscriber the ms from its being sent to its arrival, or that it is lost. */
export function lags(posted: Posted, { arrivals, capacity, subscribers }: Seen): { ms: number[]; lost: number } {
  const ms: number[] = [];
  let lost = 0;
  for (const index of accepted(posted)) {
    for (const subscriber of subscribers) {
      const at = arrivals.at[subscriber * capacity + posted.firstId + index] ?? 0;
      if (at === 0) lost += 1;
      else ms.push(at - (posted.sentAt[index] ?? Number.NaN));
    }
  }
  return { ms, lost };
}
