import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { type Condition, type Connection, carry, reset } from './carry.ts';
import { freePort } from './free-port.ts';

export interface FaultTarget {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
}

/**
 * Stands in front of a TCP server, on a port of its own, and breaks the way to it as it is told. Each fault takes the place of
 * the one before. A stream with a hole in it is nothing that TCP can produce: whatever has lost a byte stays silent, and is
 * reset when the next fault, or `heal`, begins.
 */
export interface FaultProxy {
  readonly port: number;
  /** `127.0.0.1:<port>`, as it stands in a URL. */
  readonly host: string;
  /** Clients connected now. */
  readonly connections: number;
  heal(): Promise<void>;
  /** Every chunk arrives so much later, each way; chunks do not wait for one another. */
  latency(ms: number): Promise<void>;
  /** Resets what is open, once. */
  resetAll(): Promise<void>;
  /** Resets what is open now, and again and again. */
  resetEvery(ms: number): Promise<void>;
  /** Bytes and ends vanish both ways; what is open stays open, and who comes anew is accepted and hears nothing. */
  blackHole(): Promise<void>;
  /** What is open goes on as a black hole, as behind a firewall that has forgotten it; who comes anew is served. */
  halfOpen(): Promise<void>;
  /** As if the server had gone: what is open is reset, who comes anew is refused. */
  refuse(): Promise<void>;
  /** So many bytes a second for each connection, each way. */
  bandwidth(bytesPerSecond: number): Promise<void>;
  close(): Promise<void>;
}

const healthy: Condition = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, dark: false };
/** Starts a healthy one. */
export async function startFaultProxy({ host = '127.0.0.1', port: targetPort }: FaultTarget): Promise<FaultProxy> {
  const open = new Set<Connection>();
  let condition = healthy;
  let resetting: NodeJS.Timeout | undefined;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = {
      client,
      server: connect({ host, port: targetPort, allowHalfOpen: true, noDelay: true }),
      spoilt: condition.dark,
    };
    open.add(connection);
    void carry(connection, () => condition).then(() => open.delete(connection));
  });
  const port = await listenSomewhere(server);

  const resetAll = () => {
    for (const connection of open) reset(connection);
  };
  const become = async (next: Condition) => {
    clearInterval(resetting);
    condition = next;
    for (const connection of open) {
      if (connection.spoilt) reset(connection);
      else connection.spoilt = next.dark;
    }
    if (!server.listening) await listenAt(server, port);
  };
  return {
    port,
    host: `127.0.0.1:${port}`,
    get connections() {
      return [...open].filter(({ client }) => !client.destroyed && !client.readableEnded).length;
    },
    heal: () => become(healthy),
    latency: (ms) => become({ ...healthy, latencyMs: ms }),
    async resetAll() {
      await become(healthy);
      resetAll();
    },
    async resetEvery(ms) {
      await become(healthy);
      resetAll();
      resetting = setInterval(resetAll, ms);
    },
    blackHole: () => become({ ...healthy, dark: true }),
    async halfOpen() {
      await become(healthy);
      for (const connection of open) connection.spoilt = true;
    },
    async refuse() {
      await become(healthy);
      server.close();
      resetAll();
    },
    bandwidth: (bytesPerSecond) => become({ ...healthy, bytesPerSecond }),
    async close() {
      clearInterval(resetting);
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      resetAll();
      await closed;
    },
  };
}

async function listenSomewhere(server: Server): Promise<number> {
  for (;;) {
    const port = await freePort();
    try {
      await listenAt(server, port);
      return port;
    } catch (error) {
      // Somebody else can take the port between the look and our own.
      if (!String(error).includes('EADDRINUSE')) throw error;
    }
  }
}

async function listenAt(server: Server, port: number): Promise<void> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
}
