import { setTimeout as wait } from 'node:timers/promises';

export interface ReplayPaceOptions {
  /** At most so many messages a second; without it as fast as the subscriber takes them. */
  readonly ratePerSecond: number | undefined;
  /** How many deliveries of the subscriber wait for an attempt. */
  readonly openCount: () => Promise<number>;
  readonly stopping: AbortSignal;
}

/** Keeps a replay from filling up what waits for a retry: the subscriber's own pace is the replay's. */
export interface ReplayPace {
  /** How many messages may go at once. */
  readonly atOnce: number;
  /** Why it waits now, for people. */
  readonly waitsFor: string | undefined;
  /** Resolves when so many more may go; false when somebody wants it to end. */
  permit(count: number): Promise<boolean>;
}

/** Deliveries that may be open beside the replay's next ones. */
const mostOpen = 500;
const lookAgainMs = 250;
const mostAtOnce = 25;
/** With a rate, no more go at once than in this share of a second, so that they do not come in bursts. */
const burstsPerSecond = 10;

export function createReplayPace({ ratePerSecond, openCount, stopping }: ReplayPaceOptions): ReplayPace {
  let nextAt = performance.now();
  let waitsFor: string | undefined;

  async function pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: stopping }).catch(() => undefined);
  }

  async function untilTaken(): Promise<void> {
    while (!stopping.aborted) {
      const open = await openCount();
      if (open <= mostOpen) break;
      waitsFor = `${open} deliveries are open`;
      await pause(lookAgainMs);
    }
    waitsFor = undefined;
  }

  return {
    atOnce: Math.min(
      mostAtOnce,
      Math.max(1, Math.floor((ratePerSecond ?? Number.POSITIVE_INFINITY) / burstsPerSecond)),
    ),
    get waitsFor() {
      return waitsFor;
    },
    async permit(count) {
      if (count > 0) await untilTaken();
      if (ratePerSecond !== undefined && count > 0) {
        const now = performance.now();
        await pause(Math.max(0, nextAt - now));
        nextAt = Math.max(nextAt, now) + (count * 1_000) / ratePerSecond;
      }
      return !stopping.aborted;
    },
  };
}
