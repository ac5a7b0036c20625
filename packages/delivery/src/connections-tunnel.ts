import { once } from 'node:events';
import { type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import { connect, isIP, isIPv6, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { ConnectionError } from './connection-error.ts';
import type { ConnectLimit } from './connections-limit.ts';
import type { ForwardProxy } from './connections-proxy.ts';

export interface ToProxy {
  readonly proxy: ForwardProxy;
  readonly lookup: LookupFunction;
  /** Who vouches for the proxy's certificate; undefined for the well-known authorities. */
  readonly secureContext: SecureContext | undefined;
  readonly limit: ConnectLimit;
}

/** A connection to the proxy itself. Rejects with a ConnectionError. */
export async function connectToProxy({ proxy, lookup, secureContext, limit }: ToProxy): Promise<Socket> {
  const { host, port, secure } = proxy;
  const options = { host, port, lookup, keepAlive: true, noDelay: true };
  const name = isIP(host) === 0 ? host : undefined;
  const socket = secure
    ? connectTls({ ...options, secureContext, ...(name && { servername: name }) })
    : connect(options);
  limit.carriedBy(socket);
  await once(socket, secure ? 'secureConnect' : 'connect').catch(failAsProxy);
  return socket;
}

/** Has the proxy connect to a host, by CONNECT: what is written from then on goes there. Rejects with a ConnectionError. */
export async function openTunnel(socket: Socket, { authorization }: ForwardProxy, to: string): Promise<Socket> {
  const connecting = request({
    method: 'CONNECT',
    path: to,
    headers: { host: to, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
    createConnection: () => socket,
  });
  connecting.end();
  const [{ statusCode = 0 }, tunnel, head] = (await once(connecting, 'connect').catch(failAsProxy)) as Connected;
  if (statusCode < 200 || statusCode >= 300) {
    tunnel.destroy();
    throw new ConnectionError('ERR_PROXY');
  }
  // Whoever speaks first is the server already.
  if (head.length > 0) tunnel.unshift(head);
  return tunnel;
}

type Connected = [answer: IncomingMessage, tunnel: Socket, head: Buffer];

/** A host and its port, as CONNECT names them. */
export function authority({ host, port }: Pick<ClientRequestArgs, 'host' | 'port'>): string {
  return `${isIPv6(host ?? '') ? `[${host}]` : host}:${port}`;
}

function failAsProxy(error: unknown): never {
  throw error instanceof ConnectionError ? error : new ConnectionError('ERR_PROXY');
}
