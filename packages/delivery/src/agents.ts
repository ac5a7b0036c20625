import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { ConnectionError } from './connection-error.ts';
import { type ConnectLimit, startConnectLimit } from './connections-limit.ts';
import type { ForwardProxy } from './connections-proxy.ts';
import { authority, connectToProxy, openTunnel } from './connections-tunnel.ts';
import type { Guard } from './guard.ts';

/**
 * Connections are kept for the next attempt. How many are in use is bounded by the subscribers' concurrency; a cap here would
 * make subscribers of one host wait for each other.
 */
export const kept: AgentOptions = {
  keepAlive: true,
  /** Per origin. */
  maxFreeSockets: 64,
  /** Idle ones are closed after this time in ms, sooner if the server says so. */
  timeout: 60_000,
};
/** A connection for a single request. */
export const fresh: AgentOptions = { keepAlive: false };

export interface AgentsOptions {
  readonly guard: Guard;
  /** Answers only addresses that the guard lets pass. */
  readonly lookup: LookupFunction;
  readonly connectTimeoutMs: number;
  readonly proxy: ForwardProxy | undefined;
  /** What the relay shows to a subscriber, and who vouches for it; undefined for nothing and the well-known authorities. */
  readonly secureContext: SecureContext | undefined;
  /** Who vouches for a proxy that speaks TLS. */
  readonly proxyContext: SecureContext | undefined;
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Keeps no connection any more; those in use go on until their request is over. */
  retire(): void;
  /** Whether there is a connection in use, or on its way. */
  busy(): boolean;
  /** Breaks all connections. */
  destroy(): void;
}

/** Node's agents, whose every connection is guarded, has to be there in time, and leads through the proxy if there is one. */
export function createAgents(keeping: AgentOptions, options: AgentsOptions): Agents {
  const { guard, lookup, connectTimeoutMs, proxy, secureContext, proxyContext } = options;
  const http = new HttpAgent({ ...keeping, lookup });
  const https = new HttpsAgent({ ...keeping, lookup, ...(secureContext && { secureContext }) });
  const dialHttp = http.createConnection.bind(http);
  const dialHttps = https.createConnection.bind(https);
  /** Those on their way through the proxy: the agents do not know of them yet. */
  const opening = new Set<ConnectLimit>();

  http.createConnection = guarded({
    direct: (target, limit) => limited(dialHttp(target), 'connect', limit),
    async through(via, _target, limit) {
      const connection = await connectToProxy({ proxy: via, lookup, secureContext: proxyContext, limit });
      limit.over();
      return connection;
    },
  });
  https.createConnection = guarded({
    direct: (target, limit) => limited(dialHttps(target), 'secureConnect', limit),
    async through(via, target, limit) {
      const connection = await connectToProxy({ proxy: via, lookup, secureContext: proxyContext, limit });
      const socket = await openTunnel(connection, via, authority(target));
      const upon = { ...target, socket };
      return limited(dialHttps(upon), 'secureConnect', limit);
    },
  });

  function guarded({ direct, through }: Ways): HttpAgent['createConnection'] {
    return (target, made = () => undefined) => {
      // Sockets look names up, and that is where those are guarded. Addresses they call at once.
      if (isRefused(target.host) || isRefused(proxy?.host)) {
        made(new ConnectionError('ERR_ADDRESS_REFUSED'), nothing);
        return undefined;
      }
      const limit = startConnectLimit(connectTimeoutMs);
      if (proxy === undefined) return direct(target, limit);
      opening.add(limit);
      through(proxy, target, limit)
        .then(
          (connection) => made(null, connection),
          (error: ConnectionError) => {
            limit.over();
            made(error, nothing);
          },
        )
        .finally(() => opening.delete(limit));
      return undefined;
    };
  }

  function isRefused(host: string | null | undefined): boolean {
    return host != null && isIP(host) !== 0 && !guard(host);
  }

  return {
    http,
    https,
    retire() {
      for (const agent of [http, https]) {
        agent.maxFreeSockets = 0;
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    },
    busy: () => opening.size + Object.keys(http.sockets).length + Object.keys(https.sockets).length > 0,
    destroy() {
      http.destroy();
      https.destroy();
      for (const limit of opening) limit.breakOff(new ConnectionError('ERR_PROXY'));
    },
  };
}

/** The ways to a target: straight, or by a proxy. */
interface Ways {
  readonly direct: (target: ClientRequestArgs, limit: ConnectLimit) => Duplex;
  readonly through: (proxy: ForwardProxy, target: ClientRequestArgs, limit: ConnectLimit) => Promise<Duplex>;
}

/** Node asks for a socket beside an error, and does not look at it. */
const nothing = new Socket();

function limited(
  socket: Duplex | null | undefined,
  connected: 'connect' | 'secureConnect',
  limit: ConnectLimit,
): Duplex {
  if (!socket) throw new TypeError('a dialling agent answers a socket');
  limit.carriedBy(socket);
  socket.once(connected, limit.over);
  socket.once('close', limit.over);
  return socket;
}
