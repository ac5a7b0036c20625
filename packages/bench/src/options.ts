import { parseArgs } from 'node:util';
import type { Part } from './ours.ts';
import type { Fsync } from './stage.ts';

export interface Options {
  readonly systems: readonly SystemName[];
  readonly scenarios: readonly Scenario[];
  readonly subscribers: readonly number[];
  readonly rounds: number;
  /** Messages that wait in the scenarios `backlog` and `outage`; undefined: as many as is usual for each. */
  readonly waiting: number | undefined;
  readonly quick: boolean;
  readonly fsync: Fsync;
  readonly json: boolean;
  readonly profile: Part | undefined;
  readonly help: boolean;
}

export type SystemName = (typeof systemNames)[number];
export type Scenario = (typeof scenarioNames)[number];

const systemNames = ['ours', 'rival'] as const;
const usualNames = ['fan-out', 'width', 'endpoints', 'idle', 'read', 'filter', 'spool'] as const;
/** These run when they are asked for: each alone takes minutes. */
const otherNames = ['backlog', 'durability', 'isolation', 'ordered', 'outage', 'sizing'] as const;
const scenarioNames = [...usualNames, ...otherNames] as const;
/** The rival is measured in these; the others measure ours alone. */
const rivalNames: readonly Scenario[] = ['fan-out', 'idle', 'isolation'];
/** These call functions of ours in this process: nothing is started, and nothing has a size. */
const callNames: readonly Scenario[] = ['read', 'filter'];
const startingNames = scenarioNames.filter((name) => !callNames.includes(name));
/** What an option changes; without a scenario of these it would be ignored. */
const changed = {
  subscribers: ['fan-out'],
  rounds: ['fan-out', 'width', 'spool', 'durability', 'isolation', 'ordered'],
  waiting: ['backlog', 'outage'],
  quick: startingNames,
  fsync: startingNames.filter((name) => name !== 'durability'),
  profile: startingNames,
} satisfies Record<string, readonly Scenario[]>;
const fsyncs = ['off', 'no', 'everysec', 'always'] as const satisfies readonly Fsync[];
const parts = ['ingest', 'worker'] as const satisfies readonly Part[];

const mostSubscribers = 200;
const mostRounds = 9;
const mostWaiting = 10_000_000;

export const help = `Usage: npm run bench -- [options]

Measures this relay and a rival (express, one BullMQ job per subscriber, got) in turns and prints one table.
Needs Linux, redis-server on the PATH, and a machine with nothing else to do.

  --subscribers 1,3,20,100  how many subscribers, one block of the table each (at most ${mostSubscribers})
  --rounds 1                how often each is measured; the table shows medians (endpoints, idle, backlog, outage, sizing: once; read, filter: 21 times)
  --quick                   smaller loads, one round, 3 and 20 subscribers: two minutes instead of ten
  --scenarios ${usualNames.join(',')}
                            fan-out: both systems; width: ours at 100 and 3 subscribers;
                            endpoints: ours with 500 and 1; idle: both with 200 subscribers;
                            read: each source's read beside JSON.parse;
                            filter: what judging a message costs; spool: ours with Redis there and killed;
                            others, only when named: ${otherNames.join(', ')}
  --waiting 1000000         backlog, outage (100000): so many messages wait for a subscriber that stands still
  --systems ours,rival      measure one alone
  --fsync everysec          Redis' append-only file, for both: ${fsyncs.join(', ')}
  --profile ingest|worker   run that process of ours with --cpu-prof, into .relay/bench
  --json                    the figures as JSON, each round's, too
  --help

Progress goes to stderr. Exit codes: 0 all arrived, 1 something was refused or lost or failed, 2 wrong use.`;

/** Throws an error with a sentence for the user when the arguments make no sense. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      systems: { type: 'string', default: systemNames.join(',') },
      scenarios: { type: 'string' },
      subscribers: { type: 'string' },
      rounds: { type: 'string' },
      waiting: { type: 'string' },
      quick: { type: 'boolean' },
      fsync: { type: 'string' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick = false, json, help, profile } = values;
  const systems = values.systems.split(',').map((name) => oneOf('--systems', name, systemNames));
  const scenarios = scenariosOf(values.scenarios, systems);
  refuseIgnored(values, scenarios);
  if (values.fsync !== undefined && scenarios.includes('durability'))
    throw new Error('--fsync: durability measures each of them');
  if (profile !== undefined && !systems.includes('ours')) throw new Error('--profile: goes with ours only');
  const subscribers = (values.subscribers ?? (quick ? '3,20' : '1,3,20,100')).split(',');
  return {
    systems,
    scenarios,
    subscribers: subscribers.map((text) => countOf('--subscribers', text, mostSubscribers)),
    rounds: countOf('--rounds', values.rounds ?? '1', mostRounds),
    waiting: values.waiting === undefined ? undefined : countOf('--waiting', values.waiting, mostWaiting),
    quick,
    fsync: oneOf('--fsync', values.fsync ?? 'everysec', fsyncs),
    json,
    profile: profile === undefined ? undefined : oneOf('--profile', profile, parts),
    help,
  };
}

function scenariosOf(named: string | undefined, systems: readonly SystemName[]): readonly Scenario[] {
  const measured = (name: Scenario) => systems.includes('ours') || rivalNames.includes(name);
  if (named === undefined) return usualNames.filter(measured);
  const scenarios = named.split(',').map((name) => oneOf('--scenarios', name, scenarioNames));
  const unmeasured = scenarios.find((name) => !measured(name));
  if (unmeasured !== undefined)
    throw new Error(`--scenarios: ${unmeasured} measures ours only, and --systems leaves it out`);
  return scenarios;
}

function refuseIgnored(given: Readonly<Record<string, unknown>>, scenarios: readonly Scenario[]): void {
  for (const [option, names] of Object.entries<readonly Scenario[]>(changed)) {
    if (given[option] !== undefined && !scenarios.some((name) => names.includes(name)))
      throw new Error(`--${option}: changes nothing but ${names.join(', ')}`);
  }
}

function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new Error(`${option}: ${text} is none of ${words.join(', ')}`);
  return word;
}

function countOf(option: string, text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new Error(`${option}: ${text} is no number from 1 to ${most}`);
  return count;
}
