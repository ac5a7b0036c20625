import type { Message } from '@relay/core';
import { BrokenLogError, type Journal, UnknownLogError } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import type { SpoolRecord } from '@relay/spool';
import { createAside, type Obstacle } from './aside.ts';
import type { RedisWatch } from './redis-watch.ts';
import type { SpoolWatch } from './spool-watch.ts';
import type { Spools } from './spools.ts';
import { tried, wasTried } from './token.ts';

/** Brings what is in the spool into the log. */
export interface Drain {
  /** There may be something to do. */
  wake(): void;
  /** Tries once more what was put aside: another configuration has its logs in Redis now. */
  takeBack(): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface DrainOptions {
  readonly spools: Pick<Spools, 'spool' | 'aside'>;
  readonly journal: Pick<Journal, 'keep' | 'holds'>;
  /** Whether to try the log of this endpoint. */
  readonly logTakes: (endpoint: string) => boolean;
  /** Whether to try any log. */
  readonly someLogTakes: () => boolean;
  /** Of an endpoint, in ms; undefined for one that is not in the configuration. */
  readonly dedupMs: (endpoint: string) => number | undefined;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly spoolWatch: Pick<SpoolWatch, 'failed' | 'drained'>;
  readonly log: Pick<DampedLog, 'info' | 'warn'>;
}

/** How often it is looked whether the log takes messages, while the spool has some. */
const lookEveryMs = 200;
/** Few enough that live traffic hardly waits for them. */
const atOnce = 64;

/**
 * The way back from the spool, next to live traffic. A record leaves the spool once the log has it, so that a crash or an
 * outage on the way repeats it, with the token it was received with. One whose log does not take it, while others do, goes
 * aside: nobody waits behind it.
 */
export function createDrain(options: DrainOptions): Drain {
  const { spools, journal, logTakes, someLogTakes, dedupMs, redisWatch, spoolWatch, log } = options;
  const { spool } = spools;
  const ending = new AbortController();
  const limits = { atOnce, signal: ending.signal };
  const aside = createAside({ spools, limits, keep: journal.keep, logTakes, spoolWatch, log });
  let begun: { readonly at: number; messages: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  function wake(): void {
    if (ending.signal.aborted) return;
    timer ??= setTimeout(() => {
      work = look();
    }, lookEveryMs);
  }

  async function look(): Promise<void> {
    if (someLogTakes()) await drain().catch(spoolWatch.failed);
    timer = undefined;
    if (aside.waits() || spool.depth().messages > 0) wake();
  }

  async function drain(): Promise<void> {
    await aside.putBack();
    const { messages, bytes } = spool.depth();
    if (messages === 0) return;
    if (begun === undefined) log.info({ messages, bytes }, 'spool.draining');
    begun ??= { at: performance.now(), messages: 0 };
    await spool.drain(take, limits);
    if (spool.depth().messages > 0) return;
    log.info({ messages: begun.messages, ms: Math.round(performance.now() - begun.at) }, 'spool.drained');
    begun = undefined;
    spoolWatch.drained();
  }

  /** Rejects where the record is to stay, and what is behind it. */
  async function take(record: SpoolRecord): Promise<void> {
    const obstacle = logTakes(record.endpoint) ? await toLog(record) : 'no-room';
    if (obstacle !== undefined) {
      if (!someLogTakes()) throw new Error('no log takes messages any more');
      await aside.put(record, obstacle);
    }
    if (begun !== undefined) begun.messages += record.messages.length;
  }

  /** Resolves with what is wrong with the log of this one endpoint; rejects when it is Redis. */
  async function toLog(record: SpoolRecord): Promise<Obstacle | undefined> {
    const { endpoint, messages, token } = record;
    try {
      const looks = wasTried(token) && isOld(record);
      if (!looks || !(await journal.holds(endpoint, messages, token)))
        await journal.keep(endpoint, messages, tried(token));
      return undefined;
    } catch (error) {
      if (error instanceof UnknownLogError) return 'no-log';
      if (error instanceof BrokenLogError) return 'broken';
      redisWatch.failed(error);
      throw error;
    }
  }

  /** The log may have forgotten soon that it has taken a message already. */
  function isOld({ endpoint, messages }: SpoolRecord): boolean {
    const windowMs = dedupMs(endpoint) ?? 0;
    const halfWindow = (message: Message) => Math.min(message.resendWithinMs ?? windowMs, windowMs) / 2;
    return messages.some((message) => Date.now() - message.receivedAt > halfWindow(message));
  }

  return {
    wake,
    takeBack() {
      aside.takeBack();
      wake();
    },
    async close() {
      ending.abort();
      clearTimeout(timer);
      await work;
    },
  };
}
