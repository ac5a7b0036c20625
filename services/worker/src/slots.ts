/**
 * A subscriber's places in flight. Whoever waits for one gets it before the forward loop reads more, so a retry is never
 * starved by a backlog.
 */
export interface Slots {
  /** Places that nobody has and nobody waits for. */
  free(): number;
  /** Takes one of the free places; the caller has looked. */
  take(): void;
  /** Waits for a place and takes it. */
  acquire(): Promise<void>;
  release(): void;
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
    free: () => Math.max(0, limit - taken - waiting.length),
    take() {
      taken += 1;
    },
    acquire: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        serve();
      }),
    release() {
      taken -= 1;
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
