import type { Configuration } from '@relay/config';
import type { Journal } from '@relay/journal';
import { thereAre } from './enumerate.ts';
import { exitCodes, Failure } from './failure.ts';

/** Endpoints that the configuration names, in its order, and those that have left it and have a log still. */
export async function knownEndpoints(
  { endpoints }: Pick<Configuration, 'endpoints'>,
  journal: Pick<Journal, 'endpoints'>,
): Promise<readonly string[]> {
  return [...new Set([...endpoints.map(({ name }) => name), ...(await journal.endpoints())])];
}

/** Fails when it is none of these. */
export function insistOnEndpoint(name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw unknownEndpoint(name, known);
}

export function unknownEndpoint(name: string, known: readonly string[]): Failure {
  return new Failure(`There is no endpoint ${name}: ${thereAre(known)}.`, exitCodes.wrongUse);
}
