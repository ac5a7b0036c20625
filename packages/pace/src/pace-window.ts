import type { Rate } from '@relay/core';

/** At most `count` attempts begin within `ms` of the window's first one; then there is another window. */
export interface PaceWindow {
  readonly count: number;
  readonly ms: number;
}

/** Shorter windows would cost Redis more than the smoothness is worth, in ms. */
const leastMs = 100;

/**
 * The shortest window of `leastMs` at least, or of one attempt, whose attempts a rate allows: a minute's worth does not go out in
 * one go at the minute's start. However long one looks, no more begin than the rate allows in that time and two windows' worth.
 */
export function windowOf({ count, perMs }: Rate): PaceWindow {
  const each = Math.max(1, Math.floor((count * leastMs) / perMs));
  return { count: each, ms: Math.ceil((each * perMs) / count) };
}
