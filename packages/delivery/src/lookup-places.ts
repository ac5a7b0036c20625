/**
 * So many look-ups are made at once. Each keeps a thread of Node's busy until the system has an answer, and Node gives look-ups
 * half of its threads: wherever the relay's processes are started, `UV_THREADPOOL_SIZE` is twice this.
 */
export const lookupsAtOnce = 32;
/** And so many of them for hosts whose last look-up was slow: they must not take the places of all the others. */
export const slowLookupsAtOnce = 8;
/** A look-up that takes longer, in ms, is slow. */
const slowAfterMs = 1_000;

interface Waiting {
  readonly host: string;
  readonly start: () => Promise<void>;
}

export interface LookupPlaces {
  /** Looks up as soon as there is a place, and answers what that answers. */
  take<T>(host: string, look: () => Promise<T>): Promise<T>;
}

/** Places for look-ups: hosts that were quick, or are new, go first and may take all of them. */
export function createLookupPlaces({ clock }: { readonly clock: () => number }): LookupPlaces {
  /** By what their last look-up was like. */
  const slowHosts = new Set<string>();
  const quick: Waiting[] = [];
  const slow: Waiting[] = [];
  let taken = 0;
  let takenBySlow = 0;

  function serve(): void {
    while (taken < lookupsAtOnce) {
      const next = quick.shift() ?? (takenBySlow < slowLookupsAtOnce ? slow.shift() : undefined);
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
