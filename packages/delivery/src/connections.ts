import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { ClientTls, Subscriber } from '@relay/core';
import { type Got, got } from 'got';
import { type Agents, createAgents, fresh, kept } from './agents.ts';
import { proxyAt } from './connections-proxy.ts';
import { createGuard } from './guard.ts';
import { createLeanRequest } from './lean-request.ts';
import { createLookup, type LookupOptions, type Resolve } from './lookup.ts';
import { createGuardedLookup } from './lookup-guarded.ts';

/** What a subscriber's connections depend on. */
export type ConnectsBy = Pick<Subscriber, 'network' | 'connectTimeoutMs' | 'tls' | 'proxy'>;

/** The connections that a subscriber shares with those that are reached in the same way. */
export interface Connections {
  /** What they depend on, as a text with secrets in it: the same for whoever shares them. */
  readonly key: string;
  readonly proxied: boolean;
  /** Sends over connections that are kept for the next request. Follows no redirect, and tries nothing again. */
  readonly client: Got;
  /** The same, over a connection for this request alone. */
  readonly freshClient: Got;
}

export interface AllConnections {
  connectionsFor(subscriber: ConnectsBy): Connections;
  /** Closes those that none of these needs, once no request uses them. */
  keepOnly(subscribers: readonly ConnectsBy[]): void;
  /** Closes the connections kept, and breaks those in use. */
  close(): void;
}

interface OpenConnections extends Connections {
  readonly agents: readonly Agents[];
}

export function createConnections(options: LookupOptions = {}): AllConnections {
  const lookup = createLookup(options);
  const byKey = new Map<string, OpenConnections>();
  /** Of connections that nobody needs any more. */
  let retired: readonly Agents[] = [];
  /** So that an attempt does not put the key together again. */
  let bySubscriber = new WeakMap<ConnectsBy, OpenConnections>();

  function open(subscriber: ConnectsBy): OpenConnections {
    const key = keyOf(subscriber);
    const connections = byKey.get(key) ?? openConnections(key, subscriber, lookup);
    byKey.set(key, connections);
    bySubscriber.set(subscriber, connections);
    return connections;
  }

  return {
    connectionsFor: (subscriber) => bySubscriber.get(subscriber) ?? open(subscriber),
    keepOnly(subscribers) {
      const needed = new Set(subscribers.map(keyOf));
      const unneeded = [...byKey.values()].filter(({ key }) => !needed.has(key));
      for (const { key } of unneeded) byKey.delete(key);
      const agents = unneeded.flatMap((connections) => connections.agents);
      for (const { retire } of agents) retire();
      retired = [...retired, ...agents].filter(({ busy }) => busy());
      // Whoever asks for retired ones once more gets others.
      bySubscriber = new WeakMap();
    },
    close() {
      for (const { agents } of byKey.values()) for (const { destroy } of agents) destroy();
      for (const { destroy } of retired) destroy();
    },
  };
}

function keyOf({ network, connectTimeoutMs, tls, proxy }: ConnectsBy): string {
  const { allowPrivate, deny, allow } = network;
  return JSON.stringify([connectTimeoutMs, proxy, tls?.cert, tls?.key, tls?.ca, allowPrivate, deny, allow]);
}

function openConnections(
  key: string,
  { network, connectTimeoutMs, tls, proxy }: ConnectsBy,
  resolve: Resolve,
): OpenConnections {
  const guard = createGuard(network);
  const via = proxy === undefined ? undefined : proxyAt(proxy);
  const options = {
    guard,
    lookup: createGuardedLookup(resolve, guard),
    connectTimeoutMs,
    proxy: via,
    secureContext: contextOf(tls),
    // The certificate is for the subscriber to see.
    proxyContext: via?.secure ? contextOf({ ...(tls?.ca !== undefined && { ca: tls.ca }) }) : undefined,
  };
  const keptAgents = createAgents(kept, options);
  const freshAgents = createAgents(fresh, options);
  const client = got.extend({
    agent: { http: keptAgents.http, https: keptAgents.https },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    request: createLeanRequest(via),
  });
  return {
    key,
    proxied: via !== undefined,
    client,
    freshClient: client.extend({ agent: { http: freshAgents.http, https: freshAgents.https } }),
    agents: [keptAgents, freshAgents],
  };
}

/** Made once: to read all well-known authorities again takes tens of ms, longer than connecting. */
function contextOf({ cert, key, ca }: ClientTls = {}): SecureContext | undefined {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  return createSecureContext({ cert, key, ...(ca !== undefined && { ca: [...getCACertificates(), ca] }) });
}
