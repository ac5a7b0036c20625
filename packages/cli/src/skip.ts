import { createSkip, NoCursorError, type Skip, type Skipped } from '@relay/journal';
import { openConfigurationToLook } from './configuration.ts';
import { confirm } from './confirm.ts';
import { exitCodes, Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import { insistOnKnown, knownSubscribers } from './known-subscribers.ts';
import type { Place } from './place.ts';
import { table } from './table.ts';
import { formatInstant } from './time.ts';

export interface SkipOptions {
  readonly place: Place;
  readonly config: string | undefined;
  /** Epoch ms. */
  readonly before: number;
  readonly endpoint?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface Skipping extends Skipped {
  readonly endpoint: string;
}

/** Discards what a subscriber has still to get of what was kept before an instant, and says how much that was. */
export async function skip(name: string, options: SkipOptions): Promise<void> {
  const { place, config, before, endpoint: only, dryRun = false, yes = false, json = false } = options;
  if (before > Date.now())
    throw new Failure('--before lies in the future: what is not kept yet cannot be skipped.', exitCodes.wrongUse);
  const configuration = await openConfigurationToLook(place, config);
  await withJournal({ place, config, configuration }, async (journal, redis) => {
    const known = await knownSubscribers(configuration, journal);
    insistOnKnown([name], known);
    const endpoints = known.ledgers.filter(({ subscriber }) => subscriber === name).map(({ endpoint }) => endpoint);
    if (only !== undefined && !endpoints.includes(only))
      throw new Failure(`${name} has no cursor in a log of ${only}.`, exitCodes.wrongUse);
    const skipping = createSkip({ redis, retentionMs: configuration.retentionMs });
    const wanted = only === undefined ? endpoints : [only];
    const each = (act: Skip['count']) => inTurn(wanted, (endpoint) => act(endpoint, name, before));

    const counted = await each(skipping.count);
    if (dryRun || sumOf(counted) === 0) {
      report({ name, before, dryRun, found: counted }, json);
      return;
    }
    if (!json) console.log(tableOf(counted));
    await confirm(`Discard these ${sumOf(counted)} for ${name} for good?`, yes);
    report({ name, before, dryRun, found: await each(skipping.discard) }, json);
  });
}

async function inTurn(
  endpoints: readonly string[],
  act: (endpoint: string) => Promise<Skipped>,
): Promise<readonly Skipping[]> {
  const done: Skipping[] = [];
  for (const endpoint of endpoints) {
    try {
      done.push({ endpoint, ...(await act(endpoint)) });
    } catch (error) {
      // It was given up meanwhile, and with it all that it had waiting.
      if (!(error instanceof NoCursorError)) throw error;
    }
  }
  return done;
}

interface Report {
  readonly name: string;
  readonly before: number;
  readonly dryRun: boolean;
  readonly found: readonly Skipping[];
}

function report({ name, before, dryRun, found }: Report, json: boolean): void {
  if (json) {
    console.log(
      JSON.stringify({ subscriber: name, before, dryRun, endpoints: found, discarded: dryRun ? 0 : sumOf(found) }),
    );
    return;
  }
  const kept = `kept before ${formatInstant(before)}`;
  if (sumOf(found) === 0) console.log(`Nothing ${kept} is still to be delivered to ${name}.`);
  else if (dryRun) console.log(`${tableOf(found)}\n\n${sumOf(found)} ${kept} would be discarded for ${name}.`);
  else console.log(`${sumOf(found)} ${kept} were discarded for ${name}; they count as discarded in its books.`);
}

function sumOf(found: readonly Skipped[]): number {
  return found.reduce((sum, { waiting, pending, open }) => sum + waiting + pending + open, 0);
}

function tableOf(found: readonly Skipping[]): string {
  const numbers = ['waiting', 'pending', 'open'] as const;
  const rows = found.map((one) => [one.endpoint, ...numbers.map((name) => String(one[name]))]);
  return table(['endpoint', ...numbers], rows, numbers);
}
