import type { DampedLog } from '@relay/metrics';
import { type Spool, SpoolError, type SpoolRecord } from '@relay/spool';
import type { AsideSpools } from './aside-spools.ts';
import type { IntoLog, Obstacle } from './into-log.ts';
import type { SpoolWatch } from './spool-watch.ts';
import { tried } from './token.ts';

/**
 * Messages that the log of their endpoint does not take, out of the way of all others. Nothing of one endpoint uses up what
 * others need: while it has messages here, those that come in go here as well, within limits of their own, and
 * what it had in the spool is always taken, so that nobody waits behind it there.
 */
export interface Aside {
  /** Whether messages of this endpoint are here. */
  has(endpoint: string): boolean;
  /** For what comes in of an endpoint that has messages here. Rejects with SpoolError, `FULL` where these are too many. */
  append(record: SpoolRecord): Promise<void>;
  /** For what the drain finds in the spool; it may have been tried. */
  put(record: SpoolRecord, obstacle: Obstacle): Promise<void>;
  /** Whether there is something here. */
  waits(): boolean;
  /** Whatever is here is tried at the next drain. */
  hasten(): void;
  /** Tries each endpoint's log, not too often, and empties its spool here when that takes messages again. Never rejects. */
  drain(limits: Parameters<Spool['drain']>[1]): Promise<void>;
}

export interface AsideOptions {
  readonly asides: AsideSpools;
  /** For what comes in, of all endpoints together. */
  readonly maxBytes: number;
  /** A way into the log for each spool. */
  readonly createIntoLog: () => IntoLog;
  readonly logTakes: (endpoint: string) => boolean;
  readonly spoolWatch: Pick<SpoolWatch, 'failed' | 'drained'>;
  readonly log: Pick<DampedLog, 'info' | 'warn'>;
}

/** A log that does not take messages is tried with the first of them so often. */
const tryEveryMs = 5_000;
/** So much of what all have together may be one endpoint's. */
const shareOfOne = 0.5;

export function createAside(options: AsideOptions): Aside {
  const { asides, maxBytes, createIntoLog, logTakes, spoolWatch, log } = options;
  const waysIntoLog = new Map<string, IntoLog>();
  /** What was said of each endpoint, until nothing of it is here any more. */
  const said = new Map<string, Obstacle>();
  let tryAt = performance.now() + tryEveryMs;

  function say(endpoint: string, obstacle: Obstacle): void {
    if (said.get(endpoint) === obstacle) return;
    said.set(endpoint, obstacle);
    log.warn({ endpoint, reason: reasons[obstacle](endpoint) }, 'spool.aside');
  }

  function messagesOf(endpoint: string): number {
    return asides.opened.get(endpoint)?.depth().messages ?? 0;
  }

  async function append(record: SpoolRecord): Promise<void> {
    const { endpoint } = record;
    const spool = await asides.open(endpoint);
    const { bytes } = spool.depth();
    if (bytes > maxBytes * shareOfOne || asides.depth().bytes > maxBytes)
      throw new SpoolError(
        'FULL',
        `There is no more room for what the log of ${endpoint} does not take: ${bytes} bytes`,
      );
    await spool.append(record);
  }

  async function put(record: SpoolRecord, obstacle: Obstacle): Promise<void> {
    const { endpoint, token } = record;
    try {
      const spool = await asides.open(endpoint);
      await spool.append({ ...record, token: tried(token) });
    } catch (error) {
      spoolWatch.failed(error);
      throw error;
    }
    say(endpoint, obstacle);
  }

  async function drain(limits: Parameters<Spool['drain']>[1]): Promise<void> {
    if (performance.now() < tryAt) return;
    tryAt = performance.now() + tryEveryMs;
    for (const [endpoint, spool] of asides.opened) {
      if (spool.depth().messages > 0 && logTakes(endpoint))
        await drainOne(endpoint, spool, limits).catch(spoolWatch.failed);
    }
    if (asides.depth().messages === 0) spoolWatch.drained();
  }

  async function drainOne(endpoint: string, spool: Spool, limits: Parameters<Spool['drain']>[1]): Promise<void> {
    const intoLog = waysIntoLog.get(endpoint) ?? createIntoLog();
    waysIntoLog.set(endpoint, intoLog);
    const begun = performance.now();
    let messages = 0;
    await spool.drain(async (record) => {
      const obstacle = await intoLog(record);
      if (obstacle !== undefined) {
        say(endpoint, obstacle);
        throw new Error(`the log of ${endpoint} does not take it`);
      }
      messages += record.messages.length;
    }, limits);
    if (messagesOf(endpoint) > 0) return;
    said.delete(endpoint);
    log.info({ endpoint, messages, ms: Math.round(performance.now() - begun) }, 'spool.drained');
  }

  return {
    has: (endpoint) => messagesOf(endpoint) > 0,
    append,
    put,
    waits: () => asides.depth().messages > 0,
    hasten() {
      tryAt = 0;
    },
    drain,
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
