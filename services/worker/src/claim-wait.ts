import { abandonedAfterMs } from '@relay/journal';

/**
 * Redis was away for so short a time, in ms, that nobody has missed a refresh by it: with the silence before it is noticed, the
 * way back and the round of refreshing it stays below what counts as abandoned.
 */
const briefMs = 2_000;

/** Knows whether deliveries that look abandoned may be claimed: right after Redis was away their worker may be well. */
export interface ClaimWait {
  lost(): void;
  reached(): void;
  mayClaim(): boolean;
}

/** A blip does not begin the wait anew: with one every few seconds nobody would ever claim what a dead worker held. */
export function createClaimWait(clock: () => number = () => performance.now()): ClaimWait {
  let reachedAt = clock();
  let lostAt: number | undefined = Number.NEGATIVE_INFINITY;
  return {
    lost() {
      lostAt ??= clock();
    },
    reached() {
      if (lostAt !== undefined && clock() - lostAt > briefMs) reachedAt = clock();
      lostAt = undefined;
    },
    mayClaim: () => lostAt === undefined && clock() - reachedAt >= abandonedAfterMs,
  };
}
