import { setTimeout as pause } from 'node:timers/promises';

/** Waits, at most until it is told to stop; false when it was. */
export async function rest(ms: number, stopping: AbortSignal): Promise<boolean> {
  if (ms > 0) await pause(ms, undefined, { signal: stopping }).catch(() => {});
  return !stopping.aborted;
}
