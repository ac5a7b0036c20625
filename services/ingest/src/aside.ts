import type { Journal } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import type { Spool, SpoolRecord } from '@relay/spool';
import type { SpoolWatch } from './spool-watch.ts';
import type { Spools } from './spools.ts';

/**
 *   no-log        its endpoint has left relay.yaml, and Redis: until another configuration is in force
 *   broken        the keys of its log are not what they should be: until a person has mended them
 *   no-room       the node of Redis that has its log is away or nearly full, and others are not: until it takes messages
 */
export type Obstacle = 'no-log' | 'broken' | 'no-room';

/** Records of the spool that the log of their endpoint does not take, out of the way of all others. */
export interface Aside {
  put(record: SpoolRecord, obstacle: Obstacle): Promise<void>;
  /** Whatever is there is to be tried once more. */
  takeBack(): void;
  /** Whether something is there that will be tried again by itself. */
  waits(): boolean;
  /** Puts everything back into the spool when it is to be tried, or some log takes its messages again. */
  putBack(): Promise<void>;
}

export interface AsideOptions {
  readonly spools: Pick<Spools, 'spool' | 'aside'>;
  readonly limits: Parameters<Spool['drain']>[1];
  readonly keep: Journal['keep'];
  readonly logTakes: (endpoint: string) => boolean;
  readonly spoolWatch: Pick<SpoolWatch, 'failed'>;
  readonly log: Pick<DampedLog, 'warn'>;
}

/** Everything that was put aside is moved when some of it is to be tried: not too often. */
const tryEveryMs = 5_000;

export function createAside({ spools, limits, keep, logTakes, spoolWatch, log }: AsideOptions): Aside {
  const { spool, aside } = spools;
  /** Endpoints whose records were put aside, with what tells whether their log takes them again; undefined where nothing does. */
  const apart = new Map<string, (() => boolean | Promise<boolean>) | undefined>();
  let isDue = false;
  let triedAt = performance.now();

  /** A broken log is asked by what it did not take: the token makes that harmless. */
  function wayBack({ endpoint, messages, token }: SpoolRecord, obstacle: Obstacle) {
    switch (obstacle) {
      case 'no-log':
        return undefined;
      case 'no-room':
        return () => logTakes(endpoint);
      case 'broken':
        return () =>
          keep(endpoint, messages, token).then(
            () => true,
            () => false,
          );
    }
  }

  async function someLogTakes(): Promise<boolean> {
    if (performance.now() - triedAt < tryEveryMs) return false;
    triedAt = performance.now();
    const answers = await Promise.all([...apart.values()].map((takes) => takes?.()));
    return answers.includes(true);
  }

  async function putBack(): Promise<void> {
    if (!isDue && !(await someLogTakes())) return;
    apart.clear();
    await aside.drain(spool.append, limits);
    // The spool may have become full on the way.
    isDue = aside.depth().messages > 0;
  }

  return {
    async put(record, obstacle) {
      const { endpoint } = record;
      await aside.append(record).catch((error: unknown) => {
        spoolWatch.failed(error);
        throw error;
      });
      if (!apart.has(endpoint)) log.warn({ endpoint, reason: reasons[obstacle](endpoint) }, 'spool.aside');
      apart.set(endpoint, wayBack(record, obstacle));
    },
    takeBack() {
      isDue = aside.depth().messages > 0;
    },
    waits: () => isDue || [...apart.values()].some((takes) => takes !== undefined),
    putBack,
  };
}

const reasons: Readonly<Record<Obstacle, (endpoint: string) => string>> = {
  'no-log': (endpoint) =>
    `${endpoint} is not in relay.yaml, and has no log: its messages are put aside until it is there again`,
  broken: (endpoint) =>
    `the keys of ${endpoint} in Redis are not a log: its messages are put aside until somebody has mended or removed them`,
  'no-room': (endpoint) =>
    `the node of Redis that has the log of ${endpoint} is away or nearly full, and others are not: its messages are put aside until it takes them`,
};
