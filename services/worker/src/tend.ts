import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@relay/core';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Retries } from '@relay/retries';
import type { Logger } from 'pino';
import type { Flight, Pending } from './flight.ts';
import type { Lane } from './lane.ts';

export interface TendDeps {
  readonly lanes: () => ReadonlyMap<string, Lane>;
  readonly endpoints: () => readonly string[];
  readonly journal: Pick<Journal, 'refresh' | 'endpoints' | 'ledger' | 'overdue' | 'trim' | 'retire'>;
  readonly retries: Pick<Retries, 'wake' | 'listen' | 'ease' | 'listening'>;
  readonly flight: Pick<Flight, 'pending' | 'carried'>;
  readonly metrics: Pick<WorkerMetrics, 'ledger'>;
  readonly log: Logger;
  readonly clock: () => number;
  readonly rhythm?: Partial<Rhythm>;
}

/** How often what is done. */
export interface Rhythm {
  /** Between two refreshes, and between two rounds. */
  readonly roundMs: number;
  /** A delivery this long past its time has lost its alarm. */
  readonly overdueMs: number;
  /** Alarms are heard for this many rounds after the last delivery was open. */
  readonly easeAfterRounds: number;
}

const usualRhythm: Rhythm = { roundMs: 3_000, overdueMs: 15_000, easeAfterRounds: 20 };
const trimEveryRounds = 10;
const retireEveryRounds = 200;
const mostAlarmsARound = 500;
/** A consumer that has read nothing for so long, in ms, belongs to a process that is gone. */
const consumerGoneMs = 60 * 60 * 1000;
const clockAheadMs = 60_000;

/**
 * Looks after what would otherwise be left lying: refreshes what this worker carries, takes over what others dropped, sets
 * alarms that were lost, trims, and keeps the books for the metrics. Nothing here is on the way of a first attempt.
 */
export function createTend({ lanes, endpoints, journal, retries, flight, metrics, log, clock, rhythm }: TendDeps) {
  const { roundMs, overdueMs, easeAfterRounds } = { ...usualRhythm, ...rhythm };
  const stopping = new AbortController();
  const quietRounds = new Map<string, number>();
  let done: Promise<unknown> = Promise.resolve();
  let started = false;

  /** One thing that is done again and again; that it fails is said once, until it works again. */
  async function every(waitMs: number, what: string, act: () => Promise<void>): Promise<void> {
    let failing = false;
    while (!stopping.signal.aborted) {
      try {
        await act();
        failing = false;
      } catch (error) {
        if (!failing) log.error({ what, error: error instanceof Error ? error.message : String(error) }, 'tend.failed');
        failing = true;
      }
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  /** For each, one after the other, so that Redis is never held up for long. One that fails does not keep the others from it. */
  async function each<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void> {
    const failures: unknown[] = [];
    for (const item of items) {
      if (stopping.signal.aborted) return;
      await act(item).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async function tendCursors(): Promise<void> {
    const books: Ledger[] = [];
    try {
      await each(endpoints(), async (endpoint) => {
        const here = await booksOf(endpoint);
        books.push(...here);
        await each(here, tendCursor);
      });
    } finally {
      metrics.ledger(books);
      hearAlarms(books);
    }
  }

  async function booksOf(endpoint: string): Promise<Ledger[]> {
    const books = await journal.ledger(endpoint);
    return books.filter(({ subscriber }) => lanes().get(subscriber)?.subscriber.endpoints.includes(endpoint));
  }

  async function retireConsumers(): Promise<void> {
    await each(lanes().values(), ({ subscriber: { name, endpoints: received } }) =>
      each(received, (endpoint) => journal.retire(endpoint, name, { idleMs: consumerGoneMs })),
    );
  }

  async function refreshCarried(): Promise<void> {
    const now = performance.now();
    const old = flight.pending().filter(({ since }) => now - since >= roundMs);
    for (const [first, ...more] of Object.values(Object.groupBy(old, cursorOf)).map((group) => group ?? [])) {
      if (first === undefined) continue;
      await journal.refresh(
        first.endpoint,
        first.subscriber,
        [first, ...more].map(({ entry }) => entry),
      );
    }
  }

  async function tendCursor({ endpoint, subscriber, pending, open, waiting }: Ledger): Promise<void> {
    const lane = lanes().get(subscriber);
    if (lane === undefined) return;
    if (waiting > 0) lane.forward.look([endpoint]);
    if (pending > flight.carried(endpoint, subscriber)) lane.forward.claim(endpoint);
    if (open > 0) await resetAlarms(endpoint, subscriber);
  }

  async function resetAlarms(endpoint: string, subscriber: string): Promise<void> {
    const late = await journal.overdue(endpoint, subscriber, clock() - overdueMs, mostAlarmsARound);
    await Promise.all(
      late.map(({ entry, attemptCount }) => retries.wake(subscriber, { endpoint, entry, generation: attemptCount }, 0)),
    );
  }

  function hearAlarms(books: readonly Ledger[]): void {
    const open = new Set(books.filter((ledger) => ledger.open > 0).map(({ subscriber }) => subscriber));
    for (const subscriber of open) {
      const lane = lanes().get(subscriber);
      if (lane !== undefined) retries.listen(subscriber, retriesAtOnce(lane.subscriber.concurrency));
    }
    for (const subscriber of retries.listening()) {
      const quiet = open.has(subscriber) ? 0 : (quietRounds.get(subscriber) ?? 0) + 1;
      quietRounds.set(subscriber, quiet);
      if (quiet < easeAfterRounds) continue;
      quietRounds.delete(subscriber);
      retries.ease(subscriber);
    }
  }

  async function trim(endpoint: string): Promise<void> {
    const subscribers = [...lanes().values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint));
    const names = subscribers.map(({ subscriber }) => subscriber.name);
    let { trimmed, putAside, discarded, aheadMs, unfinished } = await journal.trim(endpoint, names);
    while (unfinished && !stopping.signal.aborted) {
      const more = await journal.trim(endpoint, names);
      trimmed += more.trimmed;
      putAside += more.putAside;
      discarded += more.discarded;
      unfinished = more.unfinished;
    }
    if (trimmed > 0 || discarded > 0) log.info({ endpoint, trimmed, putAside, discarded }, 'log.trimmed');
    if (aheadMs > clockAheadMs) log.warn({ endpoint, aheadMs }, 'log.ahead');
  }

  return {
    /** Once; again is nothing. */
    start(): void {
      if (started) return;
      started = true;
      // Apart from each other: none of them may keep the others from being done.
      done = Promise.all([
        every(roundMs, 'refresh', refreshCarried),
        every(roundMs, 'cursors', tendCursors),
        every(roundMs * trimEveryRounds, 'trim', async () => each(await journal.endpoints(), trim)),
        every(roundMs * retireEveryRounds, 'retire', retireConsumers),
      ]);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await done;
    },
  };
}

/** Retries take at most a quarter of a subscriber's places, so that a heap of them leaves room for first attempts. */
export function retriesAtOnce(concurrency: number): number {
  return Math.max(1, Math.floor(concurrency / 4));
}

function cursorOf({ endpoint, subscriber }: Pending): string {
  return `${endpoint}\n${subscriber}`;
}
