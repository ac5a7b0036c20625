import type { DampedLog } from '@relay/metrics';
import type { Spool, SpoolRecord } from '@relay/spool';
import type { Aside } from './aside.ts';
import { drainedAtOnce, type IntoLog } from './into-log.ts';
import type { SpoolWatch } from './spool-watch.ts';

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
  readonly spool: Pick<Spool, 'drain' | 'depth'>;
  readonly aside: Pick<Aside, 'put' | 'waits' | 'hasten' | 'drain'>;
  readonly intoLog: IntoLog;
  /** Whether to try the log of this endpoint. */
  readonly logTakes: (endpoint: string) => boolean;
  /** Whether to try any log. */
  readonly someLogTakes: () => boolean;
  readonly spoolWatch: Pick<SpoolWatch, 'failed' | 'drained'>;
  readonly log: Pick<DampedLog, 'info'>;
}

/** How often it is looked whether the log takes messages, while the spool has some. */
const lookEveryMs = 200;

/**
 * The way back from the spool, next to live traffic. A record leaves the spool once the log has it, so that a crash or an
 * outage on the way repeats it, with the token it was received with. One whose log does not take it, while others do, goes
 * aside: nobody waits behind it.
 */
export function createDrain(options: DrainOptions): Drain {
  const { spool, aside, intoLog, logTakes, someLogTakes, spoolWatch, log } = options;
  const ending = new AbortController();
  const limits = { atOnce: drainedAtOnce, signal: ending.signal };
  let begun: { readonly at: number; messages: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  /** What is aside is drained next to the spool: neither waits for the other. */
  let besides: Promise<void> | undefined;

  function wake(): void {
    if (ending.signal.aborted) return;
    timer ??= setTimeout(() => {
      work = look();
    }, lookEveryMs);
  }

  async function look(): Promise<void> {
    if (someLogTakes()) {
      besides ??= aside.drain(limits).finally(() => {
        besides = undefined;
      });
      await drain().catch(spoolWatch.failed);
    }
    timer = undefined;
    if (aside.waits() || spool.depth().messages > 0) wake();
  }

  async function drain(): Promise<void> {
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
    const obstacle = logTakes(record.endpoint) ? await intoLog(record) : 'no-room';
    if (obstacle !== undefined) {
      if (!someLogTakes()) throw new Error('no log takes messages any more');
      await aside.put(record, obstacle);
    }
    if (begun !== undefined) begun.messages += record.messages.length;
  }

  return {
    wake,
    takeBack() {
      aside.hasten();
      wake();
    },
    async close() {
      ending.abort();
      clearTimeout(timer);
      await work;
      await besides;
    },
  };
}
