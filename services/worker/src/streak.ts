/** Counts the failed attempts in a row of one subscriber in this process. */
export interface Streak {
  /**
   * An attempt has ended; answers how many have failed in a row by now. What began before the subscriber was last put on hold or
   * resumed says nothing of how it is now: `begun` is the version of its hold then, `now` that of today.
   */
  ended(delivered: boolean, versions: { readonly begun: number; readonly now: number }): number;
}

export function createStreak(): Streak {
  let version = 0;
  let failed = 0;

  return {
    ended(delivered, { begun, now }) {
      if (now !== version) failed = 0;
      version = now;
      if (begun !== now) return 0;
      failed = delivered ? 0 : failed + 1;
      return failed;
    },
  };
}
