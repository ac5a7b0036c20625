import { type Configuration, serves } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { exitCodes, Failure } from './failure.ts';
import { reachable } from './services.ts';

export function findEndpoint({ endpoints }: Configuration, name: string): Endpoint {
  const endpoint = endpoints.find((candidate) => candidate.name === name);
  if (endpoint !== undefined) return endpoint;
  const names = endpoints.map((candidate) => candidate.name).join(', ');
  const sentence = `The configuration has no endpoint ${JSON.stringify(name)}; it has: ${names || 'none'}`;
  throw new Failure(sentence, exitCodes.wrongUse);
}

/** Where ingest takes an endpoint's callbacks, but for secrets in the URL: behind `base`, or the listener on this machine that serves it. */
export function ingestUrl({ ingest }: Configuration, { name, path }: Endpoint, base?: string): string {
  const listener = ingest.listeners.find((plan) => serves(plan, name));
  const found = base ?? (listener && reachable(listener));
  if (found === undefined)
    throw new Failure('The configuration has no listener: name one with --to.', exitCodes.wrongUse);
  return found.replace(/\/$/, '') + path;
}
