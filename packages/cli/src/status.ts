import type { Configuration } from '@relay/config';
import { type Ledger, type Standing, standingOf } from '@relay/core';
import { openConfigurationToLook } from './configuration.ts';
import { Failure } from './failure.ts';
import { type Here, withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { describeSpool, spoolDepth } from './spool-depth.ts';
import { table } from './table.ts';
import { formatAgo, formatDuration } from './time.ts';

export interface StatusOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

interface InRedis {
  readonly ledgers: readonly Ledger[];
  /** The part of its maxmemory that Redis uses. */
  readonly memory: number;
}

/**
 * Says where each subscriber stands, what the spool on this machine holds and how full Redis is. While Redis is away the
 * spool is what matters, so it is told all the same, and the command fails then.
 */
export async function status({ place, config, json }: StatusOptions): Promise<void> {
  const configuration = await openConfigurationToLook(place, config);
  const depth = await spoolDepth(place, configuration);
  const inRedis = await lookIntoRedis({ place, config, configuration });
  const isAway = inRedis instanceof Failure;
  const standings = isAway ? undefined : standingsOf(configuration, inRedis.ledgers);
  if (json) {
    const { directory, spool = null, aside = null } = depth;
    const subscribers = standings?.map(asJson) ?? null;
    const redisMemoryRatio = isAway ? null : inRedis.memory;
    console.log(JSON.stringify({ subscribers, spool, aside, directory, redisMemoryRatio }));
  } else {
    const now = Date.now();
    if (standings !== undefined) console.log(`${describe(standings, configuration, now)}\n`);
    console.log(describeSpool(depth, now));
    if (!isAway) console.log(describeMemory(inRedis.memory));
  }
  if (isAway) throw inRedis;
}

async function lookIntoRedis(here: Here): Promise<InRedis | Failure> {
  const { endpoints } = here.configuration;
  try {
    return await withJournal(here, async (journal) => ({
      ledgers: (await Promise.all(endpoints.map(({ name }) => journal.ledger(name)))).flat(),
      memory: (await journal.memory()).fullest,
    }));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function standingsOf({ subscribers }: Configuration, ledgers: readonly Ledger[]): readonly Standing[] {
  const bySubscriber = Map.groupBy(ledgers, ({ subscriber }) => subscriber);
  const names = new Set([...subscribers.map(({ name }) => name), ...bySubscriber.keys()]);
  return [...names].map((name) => standingOf(name, bySubscriber.get(name) ?? []));
}

/** In the words of the table. */
function asJson({ pending, open, deadLetters, ...others }: Standing): object {
  return { ...others, inFlight: pending, retrying: open, dead: deadLetters };
}

function describe(standings: readonly Standing[], { subscribers }: Configuration, now: number): string {
  const configured = subscribers.map(({ name }) => name);
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
