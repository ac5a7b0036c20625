import { parseArgs } from 'node:util';
import type { CrashOptions } from './crash.ts';
import type { OutageOptions } from './crash-outage.ts';
import { wholeOf } from './whole-of.ts';

export type CrashPlan =
  | { readonly kind: 'help' }
  | { readonly kind: 'kills'; readonly runs: readonly CrashOptions[] }
  | { readonly kind: 'outage'; readonly outage: OutageOptions };

const mostTimes = 10_000;
const mostSeed = 2 ** 31;
const mostSeconds = 3_600;
const mostRate = 1_000;
const usualRate = 200;

export const crashHelp = `Usage: npm run crash -- [options]

Starts the whole relay and kills one of its processes with SIGKILL again and again: ingest right after it has answered
2xx, and at any moment with posts under way; or the worker in the middle of its deliveries. In the end everything that was
acknowledged has to be at the subscriber, byte for byte. Needs redis-server on the PATH.

  --times 200     how often
  --redis both    up, away (killed; callbacks are spooled) or both, one after the other
  --what ingest   ingest or worker; the worker needs Redis up
  --seed 7        the same seed kills after the same waits
  --outage 90     instead of killing: takes Redis away for so many seconds
    --rate ${usualRate}    under so many posts per second (at most ${mostRate})
  --help

Progress goes to stderr. Exit codes: 0 every promise was kept, 1 one was broken or the run failed, 2 wrong use.`;

/** Throws an error with a sentence for the user when the arguments make no sense. */
export function crashPlanOf(args: readonly string[]): CrashPlan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      times: { type: 'string' },
      redis: { type: 'string' },
      what: { type: 'string' },
      seed: { type: 'string' },
      outage: { type: 'string' },
      rate: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, outage, rate, ...kills } = values;
  if (help) return { kind: 'help' };
  if (outage !== undefined) {
    for (const [name, value] of Object.entries(kills)) {
      if (value !== undefined) throw new Error(`--${name}: goes with kills, not with --outage`);
    }
    const seconds = wholeOf('--outage', outage, 1, mostSeconds);
    return { kind: 'outage', outage: { seconds, rate: wholeOf('--rate', rate ?? `${usualRate}`, 1, mostRate) } };
  }
  if (rate !== undefined) throw new Error('--rate: goes with --outage only');
  return { kind: 'kills', runs: runsOf(kills) };
}

type KillValues = Partial<Record<'times' | 'redis' | 'what' | 'seed', string | undefined>>;

function runsOf({ times = '200', redis, what = 'ingest', seed = '7' }: KillValues): CrashOptions[] {
  const common = { times: wholeOf('--times', times, 1, mostTimes), seed: wholeOf('--seed', seed, 0, mostSeed) };
  if (what === 'worker') {
    if (redis !== undefined && redis !== 'up') throw new Error('--redis: with --what worker it can only be up');
    return [{ ...common, what, redis: 'up' }];
  }
  if (what !== 'ingest') throw new Error(`--what: ${what} is none of ingest, worker`);
  switch (redis) {
    case 'up':
    case 'away':
      return [{ ...common, what, redis }];
    case 'both':
    case undefined:
      return [
        { ...common, what, redis: 'up' },
        { ...common, what, redis: 'away' },
      ];
    default:
      throw new Error(`--redis: ${redis} is none of up, away, both`);
  }
}
