import { type Standing, standingOf } from '@relay/core';
import { openConfigurationToLook } from './configuration.ts';
import { withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { describeSpool, spoolDepth } from './spool-depth.ts';
import { table } from './table.ts';
import { formatAgo, formatDuration } from './time.ts';

export interface StatusOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

/** Says where each subscriber stands, what the spool on this machine holds and how full Redis is. */
export async function status({ place, config, json }: StatusOptions): Promise<void> {
  const configuration = await openConfigurationToLook(place, config);
  const { ledgers, memory } = await withJournal(configuration, async (journal) => ({
    ledgers: (await Promise.all(configuration.endpoints.map(({ name }) => journal.ledger(name)))).flat(),
    memory: (await journal.memory()).fullest,
  }));
  const depth = await spoolDepth(place, configuration);
  const configured = configuration.subscribers.map(({ name }) => name);
  const bySubscriber = Map.groupBy(ledgers, ({ subscriber }) => subscriber);
  const names = new Set([...configured, ...bySubscriber.keys()]);
  const standings = [...names].map((name) => standingOf(name, bySubscriber.get(name) ?? []));
  if (json) {
    const { directory, spool = null, aside = null } = depth;
    console.log(
      JSON.stringify({ subscribers: standings.map(asJson), spool, aside, directory, redisMemoryRatio: memory }),
    );
    return;
  }
  const now = Date.now();
  console.log([describe(standings, configured, now), '', describeSpool(depth, now), describeMemory(memory)].join('\n'));
}

/** In the words of the table. */
function asJson({ pending, open, deadLetters, ...others }: Standing): object {
  return { ...others, inFlight: pending, retrying: open, dead: deadLetters };
}

function describe(standings: readonly Standing[], configured: readonly string[], now: number): string {
  const rows = standings.map((standing) => [
    configured.includes(standing.subscriber) ? standing.subscriber : `${standing.subscriber} (not configured)`,
    String(standing.waiting),
    standing.oldestWaitingAt === undefined ? '–' : formatDuration(now - standing.oldestWaitingAt),
    String(standing.pending),
    String(standing.open),
    String(standing.delivered),
    String(standing.deadLetters),
    formatAgo(standing.lastDeliveredAt, now),
  ]);
  const numbers = ['waiting', 'oldest', 'in flight', 'retrying', 'delivered', 'dead'];
  return table(['subscriber', ...numbers, 'last delivery'], rows, numbers);
}

function describeMemory(ratio: number): string {
  return ratio === 0 ? 'Redis has no maxmemory.' : `Redis uses ${Math.round(ratio * 100)} % of its maxmemory.`;
}
