/**
 * A subscriber's places in flight. Whoever waits for one gets it before the forward loop reads more, so a retry is never
 * starved by a backlog.
 */
export interface Slots {
  /** Takes the places that nobody has and nobody waits for, at most so many, and answers how many it took. */
  takeFree(most: number): number;
  /** Waits for a place and takes it. */
  acquire(): Promise<void>;
  release(count?: number): void;
  resize(limit: number): void;
  /** Resolves the next time a place comes free, or when asked to by `nudge`. */
  changed(): Promise<void>;
  nudge(): void;
}

export function createSlots(limit: number): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];
  let watchers: (() => void)[] = [];

  function nudge(): void {
    const told = watchers;
    watchers = [];
    for (const tell of told) tell();
  }

  function serve(): void {
    while (taken < limit) {
      const next = waiting.shift();
      if (next === undefined) break;
      taken += 1;
      next();
    }
    nudge();
  }

  return {
    takeFree(most) {
      const count = Math.max(0, Math.min(most, limit - taken - waiting.length));
      taken += count;
      return count;
    },
    acquire: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        serve();
      }),
    release(count = 1) {
      taken -= count;
      serve();
    },
    resize(next) {
      limit = next;
      serve();
    },
    changed: () => new Promise((resolve) => watchers.push(resolve)),
    nudge,
  };
}
