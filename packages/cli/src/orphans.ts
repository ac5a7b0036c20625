import type { Configuration } from '@relay/config';
import type { CursorStanding } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Journal, Presence } from '@relay/journal';
import { enumerate } from './enumerate.ts';
import { exitCodes, Failure } from './failure.ts';
import { knownEndpoints } from './known-endpoints.ts';
import { insistOnKnown } from './known-subscribers.ts';

/** What says where cursors are. */
export interface Logs {
  readonly journal: Pick<Journal, 'endpoints'>;
  readonly presence: Pick<Presence, 'cursors'>;
}

/** A cursor that the configuration does not name. */
export interface Orphan extends CursorStanding {
  readonly endpoint: string;
}

/** Those of the wanted subscribers, or of all where none is wanted. Fails where one of the wanted has none and is not left over either. */
export async function findOrphans(
  { journal, presence, holds }: Logs & { readonly holds: Pick<Holds, 'names'> },
  { endpoints, subscribers }: Pick<Configuration, 'endpoints' | 'subscribers'>,
  wanted: readonly string[],
): Promise<readonly Orphan[]> {
  const all = await knownEndpoints({ endpoints }, journal);
  const cursors = await cursorsOf(presence, all.toSorted());
  const configured = subscribers.map(({ name }) => name);
  const names = new Set([...configured, ...cursors.map(({ subscriber }) => subscriber), ...(await holds.names())]);
  insistOnKnown(wanted, { names: [...names], ledgers: [] });
  const receivers = new Map(subscribers.map((subscriber) => [subscriber.name, new Set(subscriber.endpoints)]));
  const orphans = cursors.filter(({ endpoint, subscriber }) => !receivers.get(subscriber)?.has(endpoint));
  if (wanted.length === 0) return orphans;
  const found = orphans.filter(({ subscriber }) => wanted.includes(subscriber));
  const kept = wanted.filter(
    (name) => configured.includes(name) && !found.some(({ subscriber }) => subscriber === name),
  );
  if (kept.length > 0)
    throw new Failure(`The configuration names ${enumerate(kept)}: nothing of it is orphaned.`, exitCodes.wrongUse);
  return found;
}

/** Of these subscribers, who is nowhere any more: neither in the configuration nor in a log. */
export async function nowhere(
  { journal, presence }: Logs,
  { subscribers }: Pick<Configuration, 'subscribers'>,
  names: readonly string[],
): Promise<readonly string[]> {
  const cursors = await cursorsOf(presence, await journal.endpoints());
  const left = [...subscribers.map(({ name }) => name), ...cursors.map(({ subscriber }) => subscriber)];
  return [...new Set(names).difference(new Set(left))];
}

async function cursorsOf(presence: Logs['presence'], endpoints: readonly string[]): Promise<readonly Orphan[]> {
  const standings = await Promise.all(endpoints.map((endpoint) => presence.cursors(endpoint)));
  return standings.flatMap(({ endpoint, cursors }) => cursors.map((cursor) => ({ ...cursor, endpoint })));
}
