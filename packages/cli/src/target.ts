import { type Configuration, serves } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { exitCodes, Failure } from './failure.ts';
import { unknownEndpoint } from './known-endpoints.ts';
import { reachable } from './services.ts';

export function findEndpoint({ endpoints }: Configuration, name: string): Endpoint {
  const endpoint = endpoints.find((candidate) => candidate.name === name);
  if (endpoint !== undefined) return endpoint;
  throw unknownEndpoint(
    name,
    endpoints.map((candidate) => candidate.name),
  );
}

/** Where ingest takes an endpoint's callbacks. */
export interface Ingest {
  /** But for secrets in it. */
  readonly url: string;
  /** The certificate that has to be shown there, in PEM; undefined: any that is trusted on this machine and names the host. */
  readonly certificate: string | undefined;
}

/**
 * Behind `base`, or else the listener on this machine that serves the endpoint. There the certificate is known, and names the host that
 * vendors post to, not this address.
 */
export function ingestOf({ ingest }: Configuration, { name, path }: Endpoint, base?: string): Ingest {
  if (base !== undefined) return { url: base.replace(/\/$/, '') + path, certificate: undefined };
  const listener = ingest.listeners.find((plan) => serves(plan, name));
  if (listener === undefined)
    throw new Failure('The configuration has no listener: name one with --to.', exitCodes.wrongUse);
  return { url: reachable(listener) + path, certificate: listener.tls?.cert };
}
