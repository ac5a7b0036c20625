import { setTimeout as sleep } from 'node:timers/promises';
import type { DampedLog } from '@relay/metrics';

/** So many at once where Redis has little to do for each: with slow replies, hundreds of cursors one by one would take too long. */
const mostAtOnce = 16;

/** What is done again and again until it is stopped. */
export interface Rounds {
  /** Now, and again so long (ms) after each end. A round that fails is said, and tried again like any other. */
  every(waitMs: number, what: string, act: () => Promise<void>): void;
  /** Several at a time. One that fails does not keep the others from it; rejects at the end with the first failure. */
  each<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void>;
  /** The same, one after the other, so that Redis is never held up for long. */
  inTurn<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void>;
  stopped(): boolean;
  /** Resolves when the rounds under way have ended. */
  stop(): Promise<void>;
}

export function createRounds(log: Pick<DampedLog, 'error'>): Rounds {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running: Promise<void>[] = [];

  async function repeat(waitMs: number, what: string, act: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await act();
      } catch (error) {
        log.error({ what, reason: error instanceof Error ? error.message : String(error) }, 'tend.failed');
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async function walk<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>, atOnce: number): Promise<void> {
    const left = [...items].reverse();
    const failures: unknown[] = [];
    const strand = async () => {
      while (left.length > 0 && !signal.aborted) {
        await act(left.pop() as T).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, strand));
    if (failures.length > 0) throw failures[0];
  }

  return {
    every(waitMs, what, act) {
      running.push(repeat(waitMs, what, act));
    },
    each: (items, act) => walk(items, act, mostAtOnce),
    inTurn: (items, act) => walk(items, act, 1),
    stopped: () => signal.aborted,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
