import type { HoldState } from '@relay/holds';
import { formatDuration } from './time.ts';

/** `runs`, or why it does not and for how long: `breaker for 3m`. */
export function describeHold({ hold }: Pick<HoldState, 'hold'>, now: number, otherwise = 'runs'): string {
  return hold === undefined ? otherwise : `${hold.reason} for ${formatDuration(now - hold.since)}`;
}

/** Of a subscriber that the configuration does not name: nobody serves it, so that it does not run. */
export const left = 'left';

/** Null while it runs; `nextProbeAt` is null where no probe is made. */
export function holdAsJson({ hold, failedProbes, nextProbeAt }: HoldState): object | null {
  if (hold === undefined) return null;
  return { ...hold, failedProbes, nextProbeAt: nextProbeAt ?? null };
}
