import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import { type BooksDeps, createBooks } from './books.ts';
import { byCursor, type Flight } from './flight.ts';
import { createPresenceRound, type PresenceRoundDeps } from './presence-round.ts';
import { createRounds } from './rounds.ts';
import { createTrim, type TrimDeps } from './trim.ts';

export type TendDeps = Omit<BooksDeps & TrimDeps & PresenceRoundDeps, 'rounds' | 'overdueMs' | 'easeAfterRounds'> & {
  readonly journal: Pick<Journal, 'refresh' | 'retire'>;
  readonly flight: Pick<Flight, 'pending'>;
  readonly holds: Pick<Holds, 'read'>;
  readonly damped: Pick<DampedLog, 'error'>;
  readonly rhythm?: Partial<Rhythm>;
};

/** How often what is done. */
export interface Rhythm extends Pick<BooksDeps, 'overdueMs' | 'easeAfterRounds'> {
  /** Between two refreshes, and between two rounds. */
  readonly roundMs: number;
}

const usualRhythm: Rhythm = { roundMs: 3_000, overdueMs: 15_000, easeAfterRounds: 20 };
const retireEveryRounds = 200;
/** A consumer that has read nothing for so long, in ms, belongs to a process that is gone. */
const consumerGoneMs = 60 * 60 * 1000;

export interface Tend {
  /** Once; again is nothing. */
  start(): void;
  /** Ends everything but refreshing; resolves when what is under way has ended. */
  stop(): Promise<void>;
  /** The last to end: what is in flight is taken for abandoned as soon as nobody refreshes it. */
  stopRefreshing(): Promise<void>;
}

/**
 * Looks after what would otherwise be left lying: refreshes what this worker carries, takes over what others dropped, sets
 * alarms that were lost, trims, and keeps the books for the metrics. Nothing here is on the way of a first attempt.
 */
export function createTend(deps: TendDeps): Tend {
  const { lanes, journal, flight, holds, damped } = deps;
  const rhythm = { ...usualRhythm, ...deps.rhythm };
  const rounds = createRounds(damped);
  const refreshing = createRounds(damped);
  const books = createBooks({ ...deps, ...rhythm, rounds });
  const trim = createTrim({ ...deps, rounds });
  const presence = createPresenceRound({ ...deps, rounds });
  let started = false;

  /** All at once: with replies that are slow to come, one after the other would take longer than others wait. */
  async function refreshCarried(): Promise<void> {
    const now = performance.now();
    const old = flight.pending().filter(({ since }) => now - since >= rhythm.roundMs);
    await Promise.all(
      byCursor(old).map(({ endpoint, subscriber, entries }) => journal.refresh(endpoint, subscriber, entries)),
    );
  }

  async function retireConsumers(): Promise<void> {
    await rounds.each(lanes().values(), ({ subscriber: { name, endpoints } }) =>
      rounds.each(endpoints, (endpoint) => journal.retire(endpoint, name, { idleMs: consumerGoneMs })),
    );
  }

  return {
    start() {
      if (started) return;
      started = true;
      const { roundMs } = rhythm;
      // Apart from each other: none of them may keep the others from being done.
      refreshing.every(roundMs, 'refresh', refreshCarried);
      rounds.every(roundMs, 'cursors', books);
      rounds.every(roundMs, 'holds', holds.read);
      rounds.every(roundMs, 'trim', trim);
      rounds.every(roundMs, 'presence', presence);
      rounds.every(roundMs * retireEveryRounds, 'retire', retireConsumers);
    },
    stop: rounds.stop,
    stopRefreshing: refreshing.stop,
  };
}
