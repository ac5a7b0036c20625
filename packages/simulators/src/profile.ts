import type { Answer } from './poster.ts';
import type { Random } from './random.ts';

/** How a vendor goes on when it is not answered 2xx. */
export interface Profile {
  /** How many it makes at most. */
  readonly attempts: number;
  /** Between an answer that is not 2xx (or a connection that breaks) and the next attempt: from, to. */
  readonly waitMs: readonly [number, number];
  /** Without any answer for so long, the next attempt follows, and this one stays open beside it. */
  readonly silenceMs: number;
  /** What it waits on top then. */
  readonly afterSilenceMs: number;
}

const minuteMs = 60_000;

/**
 * `documented`: three more attempts, five minutes apart. ThingSpace's own page is reported to say so (by others, from a copy
 * of it); it was not checked, and how long the vendor waits for an answer is not in it.
 * `observed`: as seen on live accounts of ThingSpace, for one of its services: one more attempt, after 1.15 to 1.69 s; or
 * after 4 s of silence, while the first is still open. `once`: none.
 */
export const profiles = {
  documented: {
    attempts: 4,
    waitMs: [5 * minuteMs, 5 * minuteMs],
    silenceMs: 30_000,
    afterSilenceMs: 5 * minuteMs,
  },
  observed: { attempts: 2, waitMs: [1_150, 1_690], silenceMs: 4_000, afterSilenceMs: 0 },
  once: { attempts: 1, waitMs: [0, 0], silenceMs: 30_000, afterSilenceMs: 0 },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

/** How long until the next attempt, in ms; undefined: there is none. No answer stands for silence so far. */
export function nextAttempt(
  { attempts, waitMs, afterSilenceMs }: Profile,
  attempt: number,
  answer: Answer | undefined,
  random: Random,
): number | undefined {
  if (attempt >= attempts || (answer !== undefined && isAccepted(answer))) return undefined;
  if (answer === undefined) return afterSilenceMs;
  const [from, to] = waitMs;
  return from + random.fraction() * (to - from);
}

export function isAccepted({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}
