import { rest } from './rest.ts';
import { createSlots } from './slots.ts';

export interface TurnsOptions {
  /** How many are begun per second; undefined: as fast as others come to an end. */
  readonly perSecond: number | undefined;
  /** How many are under way at a time, but for those that are aside. */
  readonly concurrency: number;
  readonly stopping: AbortSignal;
}

/** What an item's turn gives it besides the time to begin. */
export interface Turn {
  /** Aborted when it is told to stop, or something else has failed. */
  readonly stopping: AbortSignal;
  /** Waits for something without holding up others. */
  aside<Value>(wait: () => Promise<Value>): Promise<Value>;
}

/**
 * Begins with one item after the other until it is told to stop, and ends when all that was begun is over. When one fails, the
 * others are told to stop, and its error is thrown at the end: nothing is left behind.
 */
export async function inTurns<Item>(
  items: Iterable<Item>,
  { perSecond, concurrency, stopping }: TurnsOptions,
  act: (item: Item, turn: Turn) => Promise<void>,
): Promise<void> {
  const slots = createSlots(concurrency);
  const failing = new AbortController();
  const ending = AbortSignal.any([stopping, failing.signal]);
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let begun = 0;

  async function aside<Value>(wait: () => Promise<Value>): Promise<Value> {
    slots.free();
    try {
      return await wait();
    } finally {
      await slots.take();
    }
  }

  try {
    for (const item of items) {
      await slots.take();
      if (perSecond !== undefined) await rest(startedAt + (begun * 1000) / perSecond - performance.now(), ending);
      if (ending.aborted) {
        slots.free();
        break;
      }
      begun += 1;
      const acting: Promise<void> = act(item, { stopping: ending, aside })
        .catch((error: unknown) => failing.abort(error))
        .finally(() => {
          slots.free();
          underWay.delete(acting);
        });
      underWay.add(acting);
    }
  } catch (error) {
    failing.abort(error);
  }
  await Promise.all(underWay);
  failing.signal.throwIfAborted();
}
