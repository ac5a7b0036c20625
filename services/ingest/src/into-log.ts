import { BrokenLogError, type Journal, NotKeptError, outageMs, UnknownLogError } from '@relay/journal';
import type { SpoolRecord } from '@relay/spool';
import { createAtMost } from './at-most.ts';
import type { RedisWatch } from './redis-watch.ts';
import { tried, wasTried } from './token.ts';

/**
 *   no-log        its endpoint has left relay.yaml, and Redis: until another configuration is in force
 *   broken        the keys of its log are not what they should be: until a person has mended them
 *   no-room       the node of Redis that has its log is away or nearly full, and others are not: until it takes messages
 */
export type Obstacle = 'no-log' | 'broken' | 'no-room';

/**
 * Resolves once the log has what is in a record of the spool, with nothing; or with what is wrong with the log of this one
 * endpoint. Rejects when it is Redis.
 */
export type IntoLog = (record: SpoolRecord) => Promise<Obstacle | undefined>;

export interface IntoLogOptions {
  readonly journal: Pick<Journal, 'keep' | 'holds'>;
  /** Of an endpoint, in ms; undefined for one that is not in the configuration. */
  readonly dedupMs: (endpoint: string) => number | undefined;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
}

/** Few enough that live traffic hardly waits for them. */
export const drainedAtOnce = 64;
/** To look for a message takes Redis long: it goes through a minute of the log. */
const looksAtOnce = 2;
/** What is about to be forgotten counts as forgotten. */
const marginMs = 60_000;

/**
 * The way from a spool into the log. Redis may have kept what it did not confirm: the token tells it then, as long as Redis
 * remembers; what is older is looked for in the log. One of these for each spool, since it knows what was at its head.
 */
export function createWaysIntoLog({ journal, dedupMs, redisWatch }: IntoLogOptions): () => IntoLog {
  const looking = createAtMost(looksAtOnce);

  /** Whether the log may have forgotten by which token it took this. */
  function isForgotten({ endpoint, messages }: SpoolRecord): boolean {
    const rememberedMs = (dedupMs(endpoint) ?? 0) + outageMs - marginMs;
    return messages.some(({ receivedAt }) => Date.now() - receivedAt > rememberedMs);
  }

  return () => {
    /** Tokens of records that were tried and have stayed at the head of the spool; those that failed last come last. */
    const unconfirmed = new Set<string>();
    /** A process before this one may have ended while it tried these. */
    let left = drainedAtOnce;

    function mayBeKept(record: SpoolRecord): boolean {
      left -= 1;
      return left >= 0 || wasTried(record.token) || unconfirmed.has(tried(record.token));
    }

    function note(token: string): void {
      unconfirmed.delete(token);
      unconfirmed.add(token);
      // Others have left for somewhere else.
      for (const oldest of unconfirmed) if (unconfirmed.size > drainedAtOnce) unconfirmed.delete(oldest);
    }

    return async (record) => {
      const { endpoint, messages } = record;
      const token = tried(record.token);
      const looks = mayBeKept(record) && isForgotten(record);
      try {
        if (!looks || !(await looking(() => journal.holds(endpoint, messages, token))))
          await journal.keep(endpoint, messages, token);
      } catch (error) {
        if (error instanceof UnknownLogError) return 'no-log';
        if (error instanceof BrokenLogError) return 'broken';
        note(token);
        if (error instanceof NotKeptError) redisWatch.failed(error);
        throw error;
      }
      unconfirmed.delete(token);
      return undefined;
    };
  };
}
