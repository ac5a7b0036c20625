import type { Endpoint, Subscriber } from '@relay/core';
import type { Declared } from './declaration.ts';
import type { DeclaredEndpoint } from './declare-endpoint.ts';
import type { DeclaredSubscriber } from './declare-subscriber.ts';
import { resolveReceives } from './receives.ts';
import { expandTemplate } from './template.ts';

/** A relay.yaml in force: defaults filled in, templates expanded, globs resolved. Plain data, comparable by value. */
export interface Configuration {
  readonly redis: { readonly url: string };
  readonly retentionMs: number;
  readonly ingest: {
    /** Without a slash at its end. */
    readonly publicUrl: string | undefined;
    readonly listeners: readonly ListenerPlan[];
    /** Addresses and CIDRs. */
    readonly trustProxy: readonly string[];
    readonly maxBodyBytes: number;
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
  ingest,
  worker,
  endpoints,
  subscribers,
}: Declared): Configuration {
  const expanded = endpoints.flatMap(expandEndpoint);
  const names = expanded.map(({ name }) => name);
  return {
    redis: { url: redis },
    retentionMs: retention,
    ingest: {
      publicUrl: ingest.publicUrl,
      listeners: ingest.listeners.map(createAddress),
      trustProxy: ingest.trustProxy,
      maxBodyBytes: ingest.maxBody,
      operations: createAddress(ingest.operations),
    },
    worker: { operations: createAddress(worker.operations) },
    endpoints: expanded,
    subscribers: subscribers.map((subscriber) => createSubscriber(subscriber, names)),
  };
}

function createAddress({ host, port }: Address): Address {
  return { host, port };
}

function expandEndpoint({
  name,
  source,
  account,
  service = [],
  path,
  verify,
  dedup,
}: DeclaredEndpoint): readonly Endpoint[] {
  const accounts = Array.isArray(account) ? account : [];
  return expandTemplate({ name, path, account: accounts, service }).map((expansion) => ({
    name: expansion.name,
    source,
    path: expansion.path,
    account: Array.isArray(account) ? expansion.account : account,
    service: expansion.service,
    verify: { credentials: verify?.credentials ?? [], allow: verify?.allow ?? [] },
    dedupMs: dedup,
  }));
}

function createSubscriber(
  { name, url, receives, from, timeout, concurrency, retry, sign, headers }: DeclaredSubscriber,
  names: readonly string[],
): Subscriber {
  return {
    name,
    url,
    endpoints: resolveReceives(receives, names),
    from,
    timeoutMs: timeout,
    concurrency,
    retry,
    secrets: sign?.secret ?? [],
    headers,
    payload: 'raw',
    redact: false,
  };
}
