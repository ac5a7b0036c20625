import type { Configuration } from '@relay/config';
import { type Ledger, type Standing, standingOf } from '@relay/core';
import { createHolds, type HoldState } from '@relay/holds';
import { openConfigurationToLook } from './configuration.ts';
import { Failure } from './failure.ts';
import { describeHold, holdAsJson, left } from './hold-words.ts';
import { type Here, withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { depthAsJson, describeSpool, spoolDepth } from './spool-depth.ts';
import { table } from './table.ts';
import { formatAgo, formatDuration } from './time.ts';

export interface StatusOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

interface InRedis {
  readonly ledgers: readonly Ledger[];
  readonly stateOf: (subscriber: string) => HoldState;
  /** The part of its maxmemory that Redis uses. */
  readonly memory: number;
}

/** How a subscriber stands, and whether it runs. */
interface Found extends Standing {
  readonly state: HoldState;
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
  const standings = isAway ? undefined : standingsOf(configuration, inRedis);
  if (json) {
    const { directory } = depth;
    const [spool, aside] = [depthAsJson(depth.spool), depthAsJson(depth.aside)];
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
  const { endpoints, subscribers } = here.configuration;
  try {
    return await withJournal(here, async (journal, redis) => {
      const ledgers = (await Promise.all(endpoints.map(({ name }) => journal.ledger(name)))).flat();
      const holds = createHolds({ redis });
      await holds.follow([...subscribers.map(({ name }) => name), ...ledgers.map(({ subscriber }) => subscriber)]);
      return { ledgers, stateOf: holds.stateOf, memory: (await journal.memory()).fullest };
    });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function standingsOf({ subscribers }: Configuration, { ledgers, stateOf }: InRedis): readonly Found[] {
  const bySubscriber = Map.groupBy(ledgers, ({ subscriber }) => subscriber);
  const names = new Set([...subscribers.map(({ name }) => name), ...bySubscriber.keys()]);
  return [...names].map((name) => ({ ...standingOf(name, bySubscriber.get(name) ?? []), state: stateOf(name) }));
}

/** In the words of the table; instants of what there is none of are null. */
function asJson({ pending, open, deadLetters, state, ...others }: Found): object {
  const { oldestWaitingAt = null, firstDueAt = null, lastDeliveredAt = null } = others;
  const instants = { oldestWaitingAt, firstDueAt, lastDeliveredAt };
  return { ...others, ...instants, inFlight: pending, retrying: open, dead: deadLetters, hold: holdAsJson(state) };
}

function describe(standings: readonly Found[], { subscribers }: Configuration, now: number): string {
  const configured = subscribers.map(({ name }) => name);
  const rows = standings.map(({ state, ...standing }) => [
    configured.includes(standing.subscriber) ? standing.subscriber : `${standing.subscriber} (not configured)`,
    String(standing.waiting),
    standing.oldestWaitingAt === undefined ? '–' : formatDuration(now - standing.oldestWaitingAt),
    String(standing.pending),
    String(standing.open),
    String(standing.delivered),
    String(standing.deadLetters),
    formatAgo(standing.lastDeliveredAt, now),
    describeState(state, now, configured.includes(standing.subscriber) ? 'runs' : left),
  ]);
  const numbers = ['waiting', 'oldest', 'in flight', 'retrying', 'delivered', 'dead'];
  return table(['subscriber', ...numbers, 'last delivery', 'state'], rows, numbers);
}

function describeState({ hold }: HoldState, now: number, otherwise: string): string {
  return hold === undefined ? otherwise : `${describeHold({ hold }, now)}: ${hold.why}`;
}

function describeMemory(ratio: number): string {
  return ratio === 0 ? 'Redis has no maxmemory.' : `Redis uses ${Math.round(ratio * 100)} % of its maxmemory.`;
}
