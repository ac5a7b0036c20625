import type { Message } from '@relay/core';
import { BrokenLogError, type Journal, type Keeping } from '@relay/journal';
import type { Spool, SpoolRecord } from '@relay/spool';
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
  /** Whether to try the log of this endpoint first: Redis takes messages as far as is known, and has room for more. */
  readonly logTakes: (endpoint: string) => boolean;
  /** Whether the log may be tried at all: Redis has the logs and cursors of the configuration. */
  readonly applied: () => boolean;
  /** Where messages of this endpoint are spooled. */
  readonly spoolFor: (endpoint: string) => Spooling;
  /** Something was spooled. */
  readonly onSpooled: () => void;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
}

export interface Spooling {
  readonly append: Spool['append'];
  readonly spoolWatch: Pick<SpoolWatch, 'took' | 'refused'>;
}

/**
 * A vendor asks for an answer within 2 s, and was seen to give up after about 4: what Redis does not take by then, the spool
 * still can. A Redis that takes 500 ms for everything keeps within it, also what has to wait for the batch before: 1,010 ms at
 * most, with 200 callbacks at once.
 */
const keepLimitMs = 1_200;
const appendLimitMs = 2_500;

/**
 * Messages go to the log, and to the spool where the log does not take them in time; where the spool does not take them either, to a
 * log that was spared so far. One that timed out may be in the log all the same: it is drained with the token it was tried with.
 */
export function createKeepOrSpool(options: KeepOrSpoolOptions): KeepOrSpool {
  const { keep, logTakes, applied, spoolFor, onSpooled, redisWatch } = options;

  /** Undefined when the log did not take them in time. */
  async function toLog({ endpoint, messages, token }: SpoolRecord): Promise<readonly Keeping[] | undefined> {
    const keeping = keep(endpoint, messages, token);
    // What is wrong the journal tells, however late: that it took too long for us says nothing of Redis.
    keeping.catch(blame);
    return within(keepLimitMs, keeping).catch(() => undefined);
  }

  /** One broken log says nothing of the others, and the drain says what is wrong with it. */
  function blame(error: unknown): void {
    if (!(error instanceof BrokenLogError)) redisWatch.failed(error);
  }

  /** Whether the spool took them. */
  async function toSpool(record: SpoolRecord): Promise<boolean> {
    const { append, spoolWatch } = spoolFor(record.endpoint);
    try {
      await within(appendLimitMs, append(record).then(onSpooled));
    } catch (error) {
      spoolWatch.refused(error);
      return false;
    }
    spoolWatch.took();
    return true;
  }

  return async (endpoint, messages) => {
    if (messages.length === 0) return { where: 'log', keepings: [] };
    const request = { endpoint, messages, token: createToken() };
    const tries = logTakes(endpoint);
    const keepings = tries ? await toLog(request) : undefined;
    if (keepings !== undefined) return { where: 'log', keepings };
    if (await toSpool(tries ? request : { ...request, token: untried(request.token) })) return { where: 'spool' };
    const keptAfterAll = !tries && applied() ? await toLog(request) : undefined;
    return keptAfterAll === undefined ? { where: 'nowhere' } : { where: 'log', keepings: keptAfterAll };
  };
}
