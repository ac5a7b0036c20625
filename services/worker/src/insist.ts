import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenLogError } from '@relay/journal';
import type { Outage } from './outage.ts';

const againAfterMs = 500;

/** Repeats what Redis would not do until it does it: the delivery it is about must not be forgotten. */
export type Insist = <T>(act: () => Promise<T>) => Promise<T>;

/**
 * Rejects after `signal`, when the process is going anyway, and with BrokenLogError: that is not for Redis to mend, and what
 * is insisted on takes a place.
 */
export function createInsist(outage: Outage, signal: AbortSignal): Insist {
  let refused = 0;

  async function again<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      await sleep(againAfterMs, undefined, { signal });
      try {
        return await act();
      } catch (error) {
        if (error instanceof BrokenLogError) throw error;
        outage.trouble(error);
      }
    }
  }

  return async (act) => {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || error instanceof BrokenLogError) throw error;
      outage.trouble(error);
    }
    refused += 1;
    try {
      return await again(act);
    } finally {
      refused -= 1;
      if (refused === 0 && !signal.aborted) outage.over();
    }
  };
}
