import { createServer, type Server as HttpServer, type RequestListener, type ServerOptions } from 'node:http';
import { createServer as createSecureServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from '@relay/config';

/** A request has to be here whole within this time, and its head within the shorter one: slow senders must not pile up. */
const requestTimeoutMs = 15_000;
const headersTimeoutMs = 5_000;
const timeoutCheckEveryMs = 1_000;
/** Between the connection and the first request of https. */
const handshakeTimeoutMs = 5_000;
/** Longer than a balancer's (60 s is usual), so that it never posts into a connection that is just being closed. */
const keepAliveTimeoutMs = 75_000;
/** Further ones are cut off before they cost memory. */
const maxConnections = 10_000;

const limits: ServerOptions = {
  requestTimeout: requestTimeoutMs,
  headersTimeout: headersTimeoutMs,
  connectionsCheckingInterval: timeoutCheckEveryMs,
  keepAliveTimeout: keepAliveTimeoutMs,
};

export interface Server {
  readonly server: HttpServer | HttpsServer;
  /** Shows another certificate from the next connection on. Nothing happens to a server that speaks http. */
  show(certificate: Certificate): void;
  /** Ends the connections on which no request can be, for nobody has shaken hands yet. */
  dropHandshakes(): void;
}

/** https where there is a certificate, else http; within the same limits. It does not listen yet. */
export function createLimitedServer(certificate: Certificate | undefined, handle: RequestListener): Server {
  const secured = certificate === undefined ? undefined : createSecure(certificate, handle);
  const server = secured ?? createServer(limits, handle);
  server.maxConnections = maxConnections;
  return {
    server,
    show: (next) => secured?.setSecureContext(secureContextOf(next)),
    dropHandshakes: secured === undefined ? () => {} : createHandshakeDrop(secured),
  };
}

/** HTTP/1.1 only: vendors speak no other. */
function createSecure(certificate: Certificate, handle: RequestListener): HttpsServer {
  const handshake = { handshakeTimeout: handshakeTimeoutMs, ALPNProtocols: ['http/1.1'] };
  return createSecureServer({ ...limits, ...handshake, ...secureContextOf(certificate) }, handle);
}

/** `closeAllConnections` knows only of those that have become secure. A connection and what it becomes have their ends in common. */
function createHandshakeDrop(server: HttpsServer): () => void {
  const shaking = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket);
    shaking.set(ends, socket);
    socket.once('close', () => {
      if (shaking.get(ends) === socket) shaking.delete(ends);
    });
  });
  server.on('secureConnection', (socket) => shaking.delete(endsOf(socket)));
  return () => {
    for (const socket of shaking.values()) socket.destroy();
  };
}

function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

function secureContextOf({ cert, key }: Certificate) {
  return { cert, key, minVersion: 'TLSv1.2' } as const;
}
