import type { Duplex } from 'node:stream';
import { ConnectionError } from './connection-error.ts';

/** Until when a connection has to be there, through all that it takes: look-up, proxy, TLS. */
export interface ConnectLimit {
  /** From now on it is this socket that has to be broken off. */
  carriedBy(socket: Duplex): void;
  /** The connection is there, or will never be. */
  over(): void;
  breakOff(why: ConnectionError): void;
}

export function startConnectLimit(connectTimeoutMs: number): ConnectLimit {
  let carrier: Duplex | undefined;
  const timer = setTimeout(() => carrier?.destroy(new ConnectionError('ERR_CONNECT_TIMEOUT')), connectTimeoutMs);
  return {
    carriedBy(socket) {
      carrier = socket;
    },
    over: () => clearTimeout(timer),
    breakOff: (why) => carrier?.destroy(why),
  };
}
