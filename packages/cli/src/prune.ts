import { createHolds, type Holds } from '@relay/holds';
import { createPresence, type Presence, type RedisConnection } from '@relay/journal';
import { openConfigurationToLook } from './configuration.ts';
import { confirm } from './confirm.ts';
import { enumerate } from './enumerate.ts';
import { Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import { findOrphans, nowhere, type Orphan } from './orphans.ts';
import type { Place } from './place.ts';
import { withRetries } from './retries.ts';
import { table } from './table.ts';

export interface PruneOptions {
  readonly place: Place;
  readonly config: string | undefined;
  /** Delete their dead letters, too. */
  readonly deadLetters?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Deletes cursors that no configuration names any more, and whatever else was kept for their subscribers. */
export async function prune(wanted: readonly string[], options: PruneOptions): Promise<void> {
  const { place, config, deadLetters = false, dryRun = false, yes = false, json = false } = options;
  const configuration = await openConfigurationToLook(place, config);
  await withJournal({ place, config, configuration }, async (journal, redis) => {
    const holds = createHolds({ redis });
    const presence = createPresence({ redis, journal });
    const orphans = await findOrphans({ journal, presence, holds }, configuration, wanted);
    const named = orphans.filter(({ alive }) => alive);
    if (wanted.length > 0 && named.length > 0) throw new Failure(`${describeNamed(named)} Nothing was deleted.`);
    const going = orphans.filter(({ alive }) => !alive);
    const found = { going, named, deadLetters, dryRun, json };
    if (dryRun || going.length + wanted.length === 0) return report({ ...found, discarded: undefined });
    if (!json && going.length > 0) console.log(tableOf(going));
    await confirm(`Delete these cursors, and discard ${countOf(going)} messages for good?`, yes);
    const discarded = await pruneAll(presence, going, deadLetters);
    const names = [...wanted, ...going.map(({ subscriber }) => subscriber)];
    await forgetAll(redis, holds, await nowhere({ journal, presence }, configuration, names));
    report({ ...found, discarded });
  });
}

/** Answers how many messages that discarded. A cursor that is named meanwhile stays. */
async function pruneAll(presence: Presence, orphans: readonly Orphan[], deadLetters: boolean): Promise<number> {
  let discarded = 0;
  for (const { endpoint, subscriber } of orphans)
    discarded += (await presence.prune(endpoint, subscriber, { deadLetters })).discarded;
  return discarded;
}

/** After the cursors: without them there is nothing to be held or woken. */
async function forgetAll(redis: RedisConnection, holds: Holds, names: readonly string[]): Promise<void> {
  await withRetries(redis, async (retries) => {
    for (const name of names) {
      await holds.forget(name);
      await retries.forget(name);
    }
  });
}

interface Report {
  readonly going: readonly Orphan[];
  readonly named: readonly Orphan[];
  readonly deadLetters: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Undefined where nothing was deleted. */
  readonly discarded: number | undefined;
}

function report({ going, named, deadLetters, dryRun, json, discarded }: Report): void {
  const facts = { dryRun, cursors: going.map(asJson), named: named.map(asJson), discarded: discarded ?? 0 };
  if (json) console.log(JSON.stringify(facts));
  else
    console.log(
      [describe(going, deadLetters, discarded), ...(named.length > 0 ? [describeNamed(named)] : [])].join('\n'),
    );
}

function describe(going: readonly Orphan[], deadLetters: boolean, discarded: number | undefined): string {
  const letters = deadLetters
    ? 'Their dead letters go, too.'
    : 'Their dead letters stay; --dead-letters deletes them, too.';
  if (discarded !== undefined) return `Deleted; ${discarded} messages count as discarded. ${letters}`;
  if (going.length === 0) return 'There is no cursor to delete.';
  return `${tableOf(going)}\n\nThese cursors would be deleted, and ${countOf(going)} messages discarded. ${letters}`;
}

function countOf(orphans: readonly Orphan[]): number {
  return orphans.reduce((sum, { waiting, pending, open }) => sum + waiting + pending + open, 0);
}

function tableOf(orphans: readonly Orphan[]): string {
  const numbers = ['waiting', 'pending', 'open', 'dead letters'];
  const rows = orphans.map(({ subscriber, endpoint, waiting, pending, open, deadLetters }) => [
    subscriber,
    endpoint,
    ...[waiting, pending, open, deadLetters].map(String),
  ]);
  return table(['subscriber', 'endpoint', ...numbers], rows, numbers);
}

function asJson({ endpoint, subscriber, waiting, pending, open, deadLetters }: Orphan): object {
  return { endpoint, subscriber, waiting, pending, open, deadLetters };
}

function describeNamed(named: readonly Orphan[]): string {
  const names = [...new Set(named.map(({ subscriber }) => subscriber))];
  return `A relay that runs, or ran within the last minute, names ${enumerate(names)}: take that out of its configuration, and wait for a minute.`;
}
