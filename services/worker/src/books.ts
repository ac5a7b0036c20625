import type { Ledger } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Retries } from '@relay/retries';
import type { Crowd } from './crowd.ts';
import type { Flight } from './flight.ts';
import type { Lane } from './lane.ts';
import type { Probes } from './probes.ts';
import type { Rounds } from './rounds.ts';
import { retriesAtOnce } from './slots.ts';

export interface BooksDeps {
  readonly lanes: () => ReadonlyMap<string, Lane>;
  readonly endpoints: () => readonly string[];
  readonly journal: Pick<Journal, 'ledger' | 'overdue'>;
  readonly retries: Pick<Retries, 'remind' | 'listen' | 'ease' | 'listening'>;
  readonly holds: Pick<Holds, 'mayAttempt'>;
  readonly crowd: Crowd;
  readonly probes: Pick<Probes, 'look'>;
  readonly flight: Pick<Flight, 'carried'>;
  readonly metrics: Pick<WorkerMetrics, 'ledger'>;
  readonly rounds: Rounds;
  readonly clock: () => number;
  /** A delivery this long past its time has lost its alarm. */
  readonly overdueMs: number;
  /** Alarms are heard for this many rounds after the last delivery was open. */
  readonly easeAfterRounds: number;
}

const mostAlarmsARound = 500;

/** Reads the ledger, and acts on what it shows: something unread, something that nobody carries, an alarm that was lost. */
export function createBooks(deps: BooksDeps) {
  const { lanes, endpoints, journal, retries, holds, crowd, probes, flight, metrics, rounds, clock } = deps;
  const { overdueMs, easeAfterRounds } = deps;
  const quietRounds = new Map<string, number>();

  async function booksOf(endpoint: string): Promise<Ledger[]> {
    const books = await journal.ledger(endpoint);
    return books.flatMap((ledger) => {
      const receiver = lanes().get(ledger.subscriber)?.subscriber;
      if (receiver === undefined || !receiver.endpoints.includes(endpoint)) return [];
      // What stands in line is due at once, and waits all the same.
      return receiver.order === undefined ? ledger : { ...ledger, firstDueAt: undefined };
    });
  }

  async function actOn({ endpoint, subscriber, pending, open, waiting }: Ledger): Promise<void> {
    const lane = lanes().get(subscriber);
    if (lane === undefined) return;
    if (waiting > 0) lane.forward.look([endpoint]);
    if (pending > flight.carried(endpoint, subscriber).size) lane.forward.claim([endpoint]);
    if (!holds.mayAttempt(subscriber)) probes.look(subscriber, open > 0 ? endpoint : undefined);
    else if (open > 0 && lane.subscriber.order !== undefined) lane.forward.claim([endpoint]);
    else if (open > 0) await resetAlarms(endpoint, subscriber);
  }

  async function resetAlarms(endpoint: string, subscriber: string): Promise<void> {
    const late = await journal.overdue(endpoint, subscriber, clock() - overdueMs, mostAlarmsARound);
    await Promise.all(late.map(({ entry, generation }) => retries.remind(subscriber, { endpoint, entry, generation })));
  }

  function hearAlarms(books: readonly Ledger[]): void {
    const open = new Set(books.filter((ledger) => ledger.open > 0).map(({ subscriber }) => subscriber));
    for (const subscriber of open) {
      const lane = lanes().get(subscriber);
      if (lane !== undefined && holds.mayAttempt(subscriber)) retries.listen(subscriber, retriesAtOnce(lane.places));
    }
    for (const subscriber of retries.listening()) {
      const quiet = open.has(subscriber) ? 0 : (quietRounds.get(subscriber) ?? 0) + 1;
      quietRounds.set(subscriber, quiet);
      if (quiet < easeAfterRounds) continue;
      quietRounds.delete(subscriber);
      retries.ease(subscriber);
    }
  }

  /** What could not be read may be what makes a subscriber crowded; it makes nobody else so. */
  function judgeCrowds(books: readonly Ledger[], unread: ReadonlySet<string>): void {
    const own = Map.groupBy(books, ({ subscriber }) => subscriber);
    for (const { subscriber } of lanes().values()) {
      const open = (own.get(subscriber.name) ?? []).reduce((sum, ledger) => sum + ledger.open, 0);
      crowd(subscriber.name, { open, all: !subscriber.endpoints.some((endpoint) => unread.has(endpoint)) });
    }
  }

  return async (): Promise<void> => {
    const books: Ledger[] = [];
    const unread = new Set(endpoints());
    try {
      await rounds.each([...unread], async (endpoint) => {
        const here = await booksOf(endpoint);
        books.push(...here);
        unread.delete(endpoint);
        await rounds.each(here, actOn);
      });
    } finally {
      if (!rounds.stopped()) judgeCrowds(books, unread);
      metrics.ledger(books);
      hearAlarms(books);
    }
  };
}
