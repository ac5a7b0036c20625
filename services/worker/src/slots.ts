/**
 * A subscriber's places in flight, which first attempts and retries share:
 *
 *   retries         have at most a quarter of them at once, however many are due, so that a heap of them leaves room
 *   first attempts  may have all of them, and none stays empty for a retry; but the next one that comes free is the retry's
 *   a single place  goes from one kind to the other in turn while both wait for it
 */
export interface Slots {
  /** Takes the places that nobody has, at most so many, for first attempts, and answers how many it took. */
  takeFree(most: number): number;
  /** Gives back what `takeFree` took. */
  release(count?: number): void;
  /** Waits for a place for a retry and takes it; what it resolves with gives the place back. */
  takeForRetry(): Promise<() => void>;
  resize(limit: number): void;
  /** Resolves the next time a place comes free, or when asked to by `nudge`. */
  changed(): Promise<void>;
  nudge(): void;
}

export function createSlots(limit: number): Slots {
  let taken = 0;
  let retrying = 0;
  const waiting: ((release: () => void) => void)[] = [];
  let watchers: (() => void)[] = [];

  function nudge(): void {
    const told = watchers;
    watchers = [];
    for (const tell of told) tell();
  }

  function serve(): void {
    while (taken < limit && retrying < retriesAtOnce(limit)) {
      const next = waiting.shift();
      if (next === undefined) break;
      taken += 1;
      retrying += 1;
      next(releaseOnce());
    }
    nudge();
  }

  function releaseOnce(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      taken -= 1;
      retrying -= 1;
      if (limit > 1 || watchers.length === 0) return serve();
      // Those who are told take it before this: promises come first. What they leave is a retry's again.
      nudge();
      setImmediate(serve);
    };
  }

  return {
    takeFree(most) {
      const count = Math.max(0, Math.min(most, limit - taken));
      taken += count;
      return count;
    },
    release(count = 1) {
      taken -= count;
      serve();
    },
    takeForRetry: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        serve();
      }),
    resize(next) {
      limit = next;
      serve();
    },
    changed: () => new Promise((resolve) => watchers.push(resolve)),
    nudge,
  };
}

/** Retries take at most a quarter of a subscriber's places, so that a heap of them leaves room for first attempts. */
export function retriesAtOnce(concurrency: number): number {
  return Math.max(1, Math.floor(concurrency / 4));
}
