import { type Hold, type HoldReason, holdReasons } from '@relay/core';

/** Whether a subscriber runs, as all workers see it. */
export interface HoldState {
  /** Each change makes it one more; 0 before the first. Probes that fail change nothing. */
  readonly version: number;
  /** Undefined while it runs. */
  readonly hold: Hold | undefined;
  /** How long the holds that are over lasted together, in ms; those on which retries went on left out. */
  readonly heldMs: number;
  /** Of the hold that lasts. */
  readonly failedProbes: number;
  /** Epoch ms before which no probe is due; undefined where none is made. */
  readonly nextProbeAt: number | undefined;
}

export const runs: HoldState = {
  version: 0,
  hold: undefined,
  heldMs: 0,
  failedProbes: 0,
  nextProbeAt: undefined,
};

/** Of the fields of the hash in Redis; `runs` when there is none. */
export function decodeState(fields: Readonly<Record<string, string>>): HoldState {
  const { state, reason = '', why = '', nextProbeAt } = fields;
  const hold = { reason: reasonOf(reason), since: wholeOf(fields.since), why };
  return {
    version: wholeOf(fields.version),
    hold: state === 'held' ? hold : undefined,
    heldMs: wholeOf(fields.heldMs),
    failedProbes: wholeOf(fields.failedProbes),
    nextProbeAt: nextProbeAt === undefined ? undefined : wholeOf(nextProbeAt),
  };
}

/** The fields that `decodeState` makes the same hold of; the probe is anybody's again. */
export function encodeHeld({ version, heldMs, failedProbes, nextProbeAt }: HoldState, hold: Hold): (string | number)[] {
  const counts = ['version', version, 'heldMs', heldMs, 'failedProbes', failedProbes];
  const probe = nextProbeAt === undefined ? [] : ['nextProbeAt', nextProbeAt];
  return ['state', 'held', 'reason', hold.reason, 'since', hold.since, 'why', hold.why, ...counts, ...probe];
}

/** A reason that only later versions know is a person's to end. */
function reasonOf(text: string): HoldReason {
  return holdReasons.find((reason) => reason === text) ?? 'paused';
}

function wholeOf(text: string | undefined): number {
  const number = Number(text ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}

/**
 * What the clock of a subscriber's deliveries shows, in ms, when that of the world shows `now` (epoch ms): it stands still on
 * hold, so that no delivery ages there. On a crowded hold it goes on, since retries do.
 */
export function runningAt({ hold, heldMs }: Pick<HoldState, 'hold' | 'heldMs'>, now: number): number {
  const stands = hold !== undefined && hold.reason !== 'crowded';
  return (stands ? Math.min(now, hold.since) : now) - heldMs;
}
