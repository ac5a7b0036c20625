import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

const againAfterMs = 500;

/** Repeats what Redis would not do until it does it: the delivery it is about must not be forgotten. */
export type Insist = <T>(what: string, act: () => Promise<T>) => Promise<T>;

/** Says an outage once, and its end once. Rejects only after `signal`, when the process is going anyway. */
export function createInsist(log: Logger, signal: AbortSignal): Insist {
  let refused = 0;

  return async (what, act) => {
    let mine = false;
    for (;;) {
      try {
        const answer = await act();
        if (mine) {
          refused -= 1;
          if (refused === 0) log.info('redis.obeys');
        }
        return answer;
      } catch (error) {
        if (signal.aborted) throw error;
        if (!mine) {
          mine = true;
          refused += 1;
          if (refused === 1)
            log.error({ what, error: error instanceof Error ? error.message : String(error) }, 'redis.refuses');
        }
        await sleep(againAfterMs, undefined, { signal });
      }
    }
  };
}
