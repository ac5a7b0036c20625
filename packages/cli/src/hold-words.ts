import type { HoldState } from '@relay/holds';
import { formatDuration } from './time.ts';

/** `runs`, or why it does not and for how long: `breaker for 3m`. */
export function describeHold({ hold }: Pick<HoldState, 'hold'>, now: number): string {
  return hold === undefined ? 'runs' : `${hold.reason} for ${formatDuration(now - hold.since)}`;
}

/** Null while it runs. */
export function holdAsJson({ hold, failedProbes, nextProbeAt }: HoldState): object | null {
  if (hold === undefined) return null;
  return { ...hold, ...(nextProbeAt !== undefined && { failedProbes, nextProbeAt }) };
}
