import type { Endpoint, Network, RedisPlan, Subscriber } from '@relay/core';
import { createEndpoints } from './create-endpoints.ts';
import { createSubscriber } from './create-subscriber.ts';
import type { Declared } from './declaration.ts';
import type { DeclaredListener } from './declare-listener.ts';
import { resolveGlobs } from './globs.ts';
import { withKeptHeaders } from './kept-headers.ts';

/** A relay.yaml in force: defaults filled in, templates expanded, globs resolved. Plain data, comparable by value. */
export interface Configuration {
  readonly redis: RedisPlan;
  readonly retentionMs: number;
  /** What counts for subscribers that say nothing of their own; theirs is filled in. */
  readonly network: Network;
  readonly ingest: {
    /** Without a slash at its end. */
    readonly publicUrl: string | undefined;
    readonly listeners: readonly ListenerPlan[];
    /** Addresses and CIDRs. */
    readonly trustProxy: readonly string[];
    readonly maxBodyBytes: number;
    /** Of this ingest alone. A relative directory is one of the working directory. */
    readonly spool: { readonly directory: string; readonly maxBytes: number };
    readonly operations: Address;
  };
  readonly worker: { readonly operations: Address };
  readonly endpoints: readonly Endpoint[];
  readonly subscribers: readonly Subscriber[];
}

export interface Address {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** One port that vendors post to. */
export interface ListenerPlan extends Address {
  /** Without it, http. */
  readonly tls?: Certificate;
  /** What stands in front of paths in the URLs that vendors are told for here. */
  readonly publicUrl?: string;
  /** Names of the endpoints that are served here; all, without it. */
  readonly endpoints?: readonly string[];
}

/** In PEM: the certificate with those that vouch for it, and its private key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export function createConfiguration({
  redis,
  retention,
  network,
  ingest,
  worker,
  endpoints,
  subscribers,
}: Declared): Configuration {
  const expanded = endpoints.flatMap((endpoint) => createEndpoints(endpoint, (name) => publicUrlOf(name, ingest)));
  const names = expanded.map(({ name }) => name);
  const created = subscribers.map((subscriber) => createSubscriber(subscriber, { names, usualNetwork: network }));
  return {
    redis,
    retentionMs: retention,
    network,
    ingest: {
      publicUrl: ingest.publicUrl,
      listeners: ingest.listeners.map((listener) => createListenerPlan(listener, ingest.publicUrl, names)),
      trustProxy: ingest.trustProxy,
      maxBodyBytes: ingest.maxBody,
      spool: { directory: ingest.spool.directory, maxBytes: ingest.spool.max },
      operations: createAddress(ingest.operations),
    },
    worker: { operations: createAddress(worker.operations) },
    endpoints: expanded.map((endpoint) => withKeptHeaders(endpoint, created)),
    subscribers: created,
  };
}

function publicUrlOf(name: string, { publicUrl, listeners }: Declared['ingest']): string | undefined {
  const serving = listeners.filter(({ endpoints }) => !endpoints || resolveGlobs(endpoints, [name]).length > 0);
  return serving.find((listener) => listener.publicUrl !== undefined)?.publicUrl ?? publicUrl;
}

function createListenerPlan(
  { host, port, tls, publicUrl, endpoints }: DeclaredListener,
  usualUrl: string | undefined,
  names: readonly string[],
): ListenerPlan {
  const url = publicUrl ?? usualUrl;
  return {
    host,
    port,
    ...(tls && { tls }),
    ...(url !== undefined && { publicUrl: url }),
    ...(endpoints && { endpoints: resolveGlobs(endpoints, names) }),
  };
}

function createAddress({ host, port }: Address): Address {
  return { host, port };
}
