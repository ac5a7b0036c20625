import { setTimeout as sleep } from 'node:timers/promises';
import type { Outage } from './outage.ts';

const againAfterMs = 500;

/** Repeats what Redis would not do until it does it: the delivery it is about must not be forgotten. */
export type Insist = <T>(act: () => Promise<T>) => Promise<T>;

/** Rejects only after `signal`, when the process is going anyway. */
export function createInsist(outage: Outage, signal: AbortSignal): Insist {
  let refused = 0;

  async function again<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      await sleep(againAfterMs, undefined, { signal });
      try {
        return await act();
      } catch (error) {
        outage.trouble(error);
      }
    }
  }

  return async (act) => {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted) throw error;
      outage.trouble(error);
    }
    refused += 1;
    const answer = await again(act);
    refused -= 1;
    if (refused === 0) outage.over();
    return answer;
  };
}
