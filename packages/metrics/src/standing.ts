import type { Ledger } from '@relay/core';

/** How a subscriber stands over all endpoints it receives. */
export interface Standing {
  readonly subscriber: string;
  readonly waiting: number;
  readonly pending: number;
  readonly open: number;
  readonly deadLetters: number;
  /** Epoch ms; undefined when nothing waits. */
  readonly oldestWaitingAt: number | undefined;
  /** Epoch ms; undefined before the first delivery. */
  readonly lastDeliveredAt: number | undefined;
}

export function sumBySubscriber(entries: readonly Ledger[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const entry of entries) {
    const sum = standings.get(entry.subscriber);
    standings.set(entry.subscriber, sum === undefined ? entry : add(sum, entry));
  }
  return standings;
}

function add(a: Standing, b: Standing): Standing {
  return {
    subscriber: a.subscriber,
    waiting: a.waiting + b.waiting,
    pending: a.pending + b.pending,
    open: a.open + b.open,
    deadLetters: a.deadLetters + b.deadLetters,
    oldestWaitingAt: either(Math.min, a.oldestWaitingAt, b.oldestWaitingAt),
    lastDeliveredAt: either(Math.max, a.lastDeliveredAt, b.lastDeliveredAt),
  };
}

function either(choose: (a: number, b: number) => number, a: number | undefined, b: number | undefined) {
  return a === undefined || b === undefined ? (a ?? b) : choose(a, b);
}
