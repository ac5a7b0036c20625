import type { Configuration } from '@relay/config';
import type { Ledger } from '@relay/core';
import type { Journal } from '@relay/journal';
import { enumerate, thereAre } from './enumerate.ts';
import { exitCodes, Failure } from './failure.ts';
import { knownEndpoints } from './known-endpoints.ts';

/** Subscribers that the configuration names, and those that have a cursor still. */
export interface KnownSubscribers {
  /** The configured ones first, in its order. */
  readonly names: readonly string[];
  /** Of all endpoints, also those that have left the configuration. */
  readonly ledgers: readonly Ledger[];
}

export async function knownSubscribers(configuration: Configuration, journal: Journal): Promise<KnownSubscribers> {
  const endpoints = await knownEndpoints(configuration, journal);
  const ledgers = (await Promise.all(endpoints.map((endpoint) => journal.ledger(endpoint)))).flat();
  const names = new Set([
    ...configuration.subscribers.map(({ name }) => name),
    ...ledgers.map(({ subscriber }) => subscriber),
  ]);
  return { names: [...names], ledgers };
}

/** Fails when nobody knows one of them. */
export function insistOnKnown(wanted: readonly string[], { names }: KnownSubscribers): void {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const sentence =
    unknown.length === 1 ? `There is no subscriber ${unknown[0]}` : `There are no subscribers ${enumerate(unknown)}`;
  throw new Failure(`${sentence}: ${thereAre(names)}.`, exitCodes.wrongUse);
}
