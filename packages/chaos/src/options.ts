import { parseArgs } from 'node:util';
import type { Fault } from './fault.ts';
import { faults } from './faults.ts';
import { scheduleOf } from './schedule.ts';
import { wholeOf } from './whole-of.ts';

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** Requests per second. */
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly json: boolean;
  readonly help: boolean;
}

export const minuteMs = 60_000;
const mostMinutes = 24 * 60;
const mostSeed = 2 ** 31;
const mostRate = 1_000;
/** Each comes to some five deliveries and as many lines of logs, which are all in memory, and pass between processes in one message. */
const mostRequests = 200_000;

export const help = `Usage: npm run chaos -- [options]

Starts the whole relay (Redis, two ingests, two workers), posts at a steady rate for five subscribers, breaks things at
random, mends them, and in the end compares what was acknowledged with what arrived. Needs redis-server on the PATH.

  --minutes 10   how long things are broken; fractions are fine, more than ${mostRequests} requests are not
  --seed 7       the same seed breaks the same things at the same moments
  --rate 100     requests per second (at most ${mostRate})
  --only a,b     only these faults:
${listed(faults.map(({ name }) => name))}
  --json         the report as JSON
  --help

What is broken when goes to stderr. Exit codes: 0 every promise was kept, 1 one was broken or the run failed, 2 wrong use.`;

/** Throws an error with a sentence for the user when the arguments make no sense. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '7' },
      rate: { type: 'string', default: '100' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= mostMinutes))
    throw new Error(`--minutes: ${values.minutes} is no number up to ${mostMinutes}`);
  const options = {
    minutes,
    seed: wholeOf('--seed', values.seed, 0, mostSeed),
    rate: wholeOf('--rate', values.rate, 1, mostRate),
    faults: values.only === undefined ? faults : values.only.split(',').map(faultOf),
    json: values.json,
    help: values.help,
  };
  if (!options.help) assertSensible(options);
  return options;
}

function assertSensible({ minutes, seed, rate, faults: chosen }: Options): void {
  const durationMs = minutes * minuteMs;
  if ((durationMs / 1000) * rate > mostRequests)
    throw new Error(`--minutes: ${minutes} at ${rate} requests per second make more than ${mostRequests} requests`);
  if (scheduleOf({ seed, durationMs, faults: chosen }).length === 0)
    throw new Error(`--minutes: in ${minutes} there is time for none of ${chosen.map(({ name }) => name).join(', ')}`);
}

function faultOf(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`--only: ${name} is none of ${faults.map((each) => each.name).join(', ')}`);
  return fault;
}

function listed(names: readonly string[]): string {
  const lines: string[] = [];
  for (let from = 0; from < names.length; from += 5) lines.push(names.slice(from, from + 5).join(', '));
  return lines.map((line) => `                 ${line}`).join(',\n');
}
