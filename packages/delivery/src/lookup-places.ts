/** What Node has where `UV_THREADPOOL_SIZE` says nothing. */
const defaultThreads = 4;
/** A look-up that takes longer, in ms, is slow. */
const slowAfterMs = 1_000;

interface Waiting {
  readonly host: string;
  readonly start: () => Promise<void>;
}

export interface LookupPlacesOptions {
  /** Ms that never go back. */
  readonly clock: () => number;
  /** Of this process, for all that the system does not do beside it. */
  readonly threads?: number | undefined;
}

export interface LookupPlaces {
  /** Looks up as soon as there is a place, and answers what that answers. */
  take<T>(host: string, look: () => Promise<T>): Promise<T>;
}

/**
 * Places for look-ups. Each keeps a thread busy until the system has an answer, and Node gives look-ups half of its threads.
 * Hosts that were quick, or are new, go first and may take all places; those whose last look-up was slow have a quarter.
 */
export function createLookupPlaces({ clock, threads = defaultThreads }: LookupPlacesOptions): LookupPlaces {
  const atOnce = Math.ceil(threads / 2);
  const slowAtOnce = Math.ceil(atOnce / 4);
  /** By what their last look-up was like. */
  const slowHosts = new Set<string>();
  const quick: Waiting[] = [];
  const slow: Waiting[] = [];
  let taken = 0;
  let takenBySlow = 0;

  function serve(): void {
    while (taken < atOnce) {
      const next = quick.shift() ?? (takenBySlow < slowAtOnce ? slow.shift() : undefined);
      if (next === undefined) return;
      void run(next);
    }
  }

  async function run({ host, start }: Waiting): Promise<void> {
    const share = slowHosts.has(host) ? 1 : 0;
    taken += 1;
    takenBySlow += share;
    const began = clock();
    await start();
    taken -= 1;
    takenBySlow -= share;
    if (clock() - began > slowAfterMs) slowHosts.add(host);
    else slowHosts.delete(host);
    serve();
  }

  return {
    take(host, look) {
      return new Promise((resolve, reject) => {
        const start = () => look().then(resolve, reject);
        (slowHosts.has(host) ? slow : quick).push({ host, start });
        serve();
      });
    },
  };
}
