import { setTimeout as pause } from 'node:timers/promises';

/** Only so that a broken test ends: no test may depend on how long something takes. */
const safetyNetMs = 60_000;
const pollMs = 10;

/**
 * Waits until the condition gives something truthy and returns that. A condition that throws is not true yet; what it threw
 * last is the cause of the error that names what was waited for.
 */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  { withinMs = safetyNetMs } = {},
): Promise<NonNullable<T>> {
  const until = performance.now() + withinMs;
  let cause: unknown;
  do {
    try {
      const value = await condition();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(pollMs);
  } while (performance.now() < until);
  throw new Error(`Waited ${withinMs / 1000} s in vain: ${what}`, { cause });
}
