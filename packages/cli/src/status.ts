import type { Ledger } from '@relay/core';
import { openConfiguration } from './configuration.ts';
import { withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { table } from './table.ts';
import { formatAgo, formatDuration } from './time.ts';

export interface StatusOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

/** A subscriber's ledgers of all its endpoints in one. Instants are epoch ms. */
interface Standing {
  readonly subscriber: string;
  readonly waiting: number;
  readonly oldestWaitingAt: number | undefined;
  readonly inFlight: number;
  readonly retrying: number;
  readonly delivered: number;
  /** Dead letters still there. */
  readonly dead: number;
  readonly lastDeliveredAt: number | undefined;
}

/** Says where each subscriber stands. */
export async function status({ place, config, json }: StatusOptions): Promise<void> {
  const configuration = await openConfiguration(place, config);
  const ledgers = await withJournal(configuration, async (journal) => {
    return (await Promise.all(configuration.endpoints.map(({ name }) => journal.ledger(name)))).flat();
  });
  const configured = configuration.subscribers.map(({ name }) => name);
  const names = [...new Set([...configured, ...ledgers.map(({ subscriber }) => subscriber)])];
  const standings = names.map((name) =>
    standingOf(
      name,
      ledgers.filter(({ subscriber }) => subscriber === name),
    ),
  );
  console.log(json ? JSON.stringify(standings) : describe(standings, configured));
}

function standingOf(subscriber: string, ledgers: readonly Ledger[]): Standing {
  const total = (count: (ledger: Ledger) => number) => ledgers.reduce((sum, ledger) => sum + count(ledger), 0);
  return {
    subscriber,
    waiting: total(({ waiting }) => waiting),
    oldestWaitingAt: best(
      Math.min,
      ledgers.map(({ oldestWaitingAt }) => oldestWaitingAt),
    ),
    inFlight: total(({ pending }) => pending),
    retrying: total(({ open }) => open),
    delivered: total(({ delivered }) => delivered),
    dead: total(({ deadLetters }) => deadLetters),
    lastDeliveredAt: best(
      Math.max,
      ledgers.map(({ lastDeliveredAt }) => lastDeliveredAt),
    ),
  };
}

function best(
  choose: (...instants: number[]) => number,
  instants: readonly (number | undefined)[],
): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : choose(...known);
}

function describe(standings: readonly Standing[], configured: readonly string[]): string {
  const now = Date.now();
  const rows = standings.map((standing) => [
    configured.includes(standing.subscriber) ? standing.subscriber : `${standing.subscriber} (not configured)`,
    String(standing.waiting),
    standing.oldestWaitingAt === undefined ? '–' : formatDuration(now - standing.oldestWaitingAt),
    String(standing.inFlight),
    String(standing.retrying),
    String(standing.delivered),
    String(standing.dead),
    formatAgo(standing.lastDeliveredAt, now),
  ]);
  const numbers = ['waiting', 'oldest', 'in flight', 'retrying', 'delivered', 'dead'];
  return table(['subscriber', ...numbers, 'last delivery'], rows, numbers);
}
