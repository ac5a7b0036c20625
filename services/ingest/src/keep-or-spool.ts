import type { Message } from '@relay/core';
import { BrokenLogError, type Journal, type Keeping } from '@relay/journal';
import type { Spool } from '@relay/spool';
import type { RedisWatch } from './redis-watch.ts';
import type { SpoolWatch } from './spool-watch.ts';
import { createToken, untried } from './token.ts';
import { within } from './within.ts';

/** Where the messages of a request are now. */
export type Kept =
  | { readonly where: 'log'; readonly keepings: readonly Keeping[] }
  | { readonly where: 'spool' }
  | { readonly where: 'nowhere' };

/** Resolves once the messages are safe, or nothing takes them. Never rejects. */
export type KeepOrSpool = (endpoint: string, messages: readonly Message[]) => Promise<Kept>;

export interface KeepOrSpoolOptions {
  readonly keep: Journal['keep'];
  /** Whether to try the log of this endpoint: Redis takes messages as far as is known, and has the logs and cursors of the configuration. */
  readonly logTakes: (endpoint: string) => boolean;
  readonly append: Spool['append'];
  /** Something was spooled. */
  readonly onSpooled: () => void;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly spoolWatch: Pick<SpoolWatch, 'took' | 'refused'>;
}

/**
 * A vendor asks for an answer within 2 s, and was seen to give up after about 4: what Redis does not take by then, the spool
 * still can. A Redis that takes 500 ms for everything keeps within it, also what has to wait for the batch before.
 */
const keepLimitMs = 1_500;
const appendLimitMs = 2_500;

/**
 * Messages go to the log, and to the spool where the log does not take them in time. One that timed out may be in the log all
 * the same: it is drained with the token it was tried with.
 */
export function createKeepOrSpool(options: KeepOrSpoolOptions): KeepOrSpool {
  const { keep, logTakes, append, onSpooled, redisWatch, spoolWatch } = options;

  return async (endpoint, messages) => {
    if (messages.length === 0) return { where: 'log', keepings: [] };
    const token = createToken();
    const tries = logTakes(endpoint);
    if (tries) {
      try {
        return { where: 'log', keepings: await within(keepLimitMs, keep(endpoint, messages, token)) };
      } catch (error) {
        // One broken log says nothing of the others, and the drain says what is wrong with it.
        if (!(error instanceof BrokenLogError)) redisWatch.failed(error);
      }
    }
    try {
      const record = { endpoint, messages, token: tries ? token : untried(token) };
      await within(appendLimitMs, append(record).then(onSpooled));
    } catch (error) {
      spoolWatch.refused(error);
      return { where: 'nowhere' };
    }
    spoolWatch.took();
    return { where: 'spool' };
  };
}
