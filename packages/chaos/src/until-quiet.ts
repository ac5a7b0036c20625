import { setTimeout as pause } from 'node:timers/promises';

export interface Look {
  /** Nothing is left to wait for. */
  readonly done: boolean;
  /** As long as it changes, something moves. */
  readonly state: string;
}

export interface QuietOptions {
  readonly look: () => Promise<Look>;
  /** Once done, it waits so long for what may come all the same. */
  readonly lastLookMs: number;
  readonly stopping?: AbortSignal | undefined;
  /** When nothing has moved for so long, nothing will: longer than abandoned deliveries wait to be claimed. */
  readonly quietMs?: number;
  /** Waits no longer, whatever moves: one delivery that never comes to an end would keep it for ever. */
  readonly mostMs?: number;
}

const pollMs = 200;
const usualQuietMs = 45_000;
const usualMostMs = 20 * 60_000;

/** Waits until everything is done, or nothing moves any more; answers how long that took, ms. */
export async function untilQuiet({
  look,
  lastLookMs,
  stopping,
  quietMs = usualQuietMs,
  mostMs = usualMostMs,
}: QuietOptions): Promise<number> {
  const from = performance.now();
  let before: string | undefined;
  let movedAt = from;
  for (;;) {
    const { done, state } = await look();
    const now = performance.now();
    if (done) {
      await pause(lastLookMs, undefined, { signal: stopping });
      return now - from;
    }
    if (state !== before) movedAt = now;
    before = state;
    if (now - movedAt >= quietMs || now - from >= mostMs) return now - from;
    await pause(pollMs, undefined, { signal: stopping });
  }
}
