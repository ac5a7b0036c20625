import type { Holds } from '@relay/holds';
import type { HoldChanges } from './hold-changes.ts';

/** How many open deliveries of a subscriber are too many, since each costs memory: from the one it is on hold, below the other no more. */
export interface CrowdLimits {
  readonly mostOpen: number;
  readonly fewOpen: number;
}

const usualLimits: CrowdLimits = { mostOpen: 10_000, fewOpen: 5_000 };

/** Told how many deliveries of a subscriber were seen to be open, over its endpoints, and whether all of those could be looked at. */
export type Crowd = (subscriber: string, seen: { readonly open: number; readonly all: boolean }) => void;

export function createCrowd(
  { holds, changes }: { readonly holds: Pick<Holds, 'stateOf'>; readonly changes: HoldChanges },
  limits: Partial<CrowdLimits> = {},
): Crowd {
  const { mostOpen, fewOpen } = { ...usualLimits, ...limits };
  return (subscriber, { open, all }) => {
    const { hold, version } = holds.stateOf(subscriber);
    if (hold === undefined && open >= mostOpen)
      void changes.hold(subscriber, { reason: 'crowded', why: `${open} open deliveries`, version });
    else if (hold?.reason === 'crowded' && all && open < fewOpen) void changes.resume(subscriber, { version });
  };
}
