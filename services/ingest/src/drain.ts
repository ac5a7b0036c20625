import type { Message } from '@relay/core';
import { type Journal, UnknownLogError } from '@relay/journal';
import type { SpoolRecord } from '@relay/spool';
import type { Logger } from 'pino';
import type { RedisWatch } from './redis-watch.ts';
import type { SpoolWatch } from './spool-watch.ts';
import type { Spools } from './spools.ts';
import { wasTried } from './token.ts';

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
  /** Whether to try the log. */
  readonly logTakes: () => boolean;
  /** Of an endpoint, in ms; undefined for one that is not in the configuration. */
  readonly dedupMs: (endpoint: string) => number | undefined;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly spoolWatch: Pick<SpoolWatch, 'failed' | 'drained'>;
  readonly log: Logger;
}

/** How often it is looked whether the log takes messages, while the spool has some. */
const lookEveryMs = 200;
/** Few enough that live traffic hardly waits for them. */
const atOnce = 64;

/**
 * The way back from the spool, next to live traffic. A record leaves the spool once the log has it, so that a crash or an
 * outage on the way repeats it, with the token it was received with.
 */
export function createDrain(options: DrainOptions): Drain {
  const { spools, journal, logTakes, dedupMs, redisWatch, spoolWatch, log } = options;
  const { spool, aside } = spools;
  const ending = new AbortController();
  const limits = { atOnce, signal: ending.signal };
  const unknown = new Set<string>();
  let begun: { readonly at: number; messages: number } | undefined;
  let takesBack = false;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  function wake(): void {
    if (ending.signal.aborted) return;
    timer ??= setTimeout(() => {
      work = look();
    }, lookEveryMs);
  }

  async function look(): Promise<void> {
    if (logTakes()) await drain().catch(spoolWatch.failed);
    timer = undefined;
    if (takesBack || spool.depth().messages > 0) wake();
  }

  async function drain(): Promise<void> {
    if (takesBack) {
      takesBack = false;
      await aside.drain(spool.append, limits);
    }
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

  async function take(record: SpoolRecord): Promise<void> {
    const { endpoint, messages, token } = record;
    try {
      const looks = wasTried(token) && isOld(record);
      if (!looks || !(await journal.holds(endpoint, messages))) await journal.keep(endpoint, messages, token);
    } catch (error) {
      if (!(error instanceof UnknownLogError)) {
        redisWatch.failed(error);
        throw error;
      }
      await putAside(record);
    }
    if (begun !== undefined) begun.messages += messages.length;
  }

  /** The log may have forgotten soon that it has taken a message already. */
  function isOld({ endpoint, messages }: SpoolRecord): boolean {
    const windowMs = dedupMs(endpoint) ?? 0;
    const halfWindow = (message: Message) => Math.min(message.resendWithinMs ?? windowMs, windowMs) / 2;
    return messages.some((message) => Date.now() - message.receivedAt > halfWindow(message));
  }

  async function putAside(record: SpoolRecord): Promise<void> {
    const { endpoint } = record;
    await aside.append(record).catch((error: unknown) => {
      spoolWatch.failed(error);
      throw error;
    });
    const reason = `${endpoint} is not in relay.yaml, and has no log: its messages are put aside until it is there again`;
    if (!unknown.has(endpoint)) log.warn({ endpoint, reason }, 'spool.aside');
    unknown.add(endpoint);
  }

  return {
    wake,
    takeBack() {
      takesBack = aside.depth().messages > 0;
      if (takesBack) wake();
    },
    async close() {
      ending.abort();
      clearTimeout(timer);
      await work;
    },
  };
}
