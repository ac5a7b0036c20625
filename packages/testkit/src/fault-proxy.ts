import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { resetConnection } from './reset-connection.ts';

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

interface Condition {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
  readonly dark: boolean;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** It goes through the dark, or has once: something may be missing from its streams. */
  spoilt: boolean;
}

interface Arrival {
  readonly bytes: Buffer;
  /** By the monotonic clock, ms. */
  readonly at: number;
}

const healthy: Condition = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, dark: false };
/** So many chunks can be on their way at once, before the sender feels the latency as a slow line. */
const chunksUnderWay = 1024;
/** Bandwidth comes in slices of this length. */
const sliceMs = 50;

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

/** Resolves when both sides are gone. */
async function carry(connection: Connection, condition: () => Condition): Promise<void> {
  const { client, server } = connection;
  const gone = Promise.all([closed(client), closed(server)]);
  await Promise.all([
    carryOneWay(client, server, connection, condition),
    carryOneWay(server, client, connection, condition),
  ]);
  await gone;
}

async function carryOneWay(from: Socket, to: Socket, connection: Connection, condition: () => Condition) {
  const arrivals: AsyncIterable<Arrival> = pipeline(from, stamp(), () => {});
  try {
    for await (const arrival of arrivals) await pass(arrival, to, connection, condition);
    if (!connection.spoilt) to.end();
  } catch {
    if (!connection.spoilt) resetConnection(to);
  }
}

async function pass({ bytes, at }: Arrival, to: Socket, connection: Connection, condition: () => Condition) {
  await pauseUntil(at + condition().latencyMs);
  let rest = bytes;
  while (rest.length > 0 && !connection.spoilt) {
    const { bytesPerSecond } = condition();
    const slice = rest.subarray(0, Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1000)));
    await written(to, slice);
    rest = rest.subarray(slice.length);
    if (Number.isFinite(bytesPerSecond)) await pause((slice.length / bytesPerSecond) * 1000);
  }
}

/** Notes when each chunk came in, so that one that waits does not make the next one late. */
function stamp(): Transform {
  return new Transform({
    readableObjectMode: true,
    readableHighWaterMark: chunksUnderWay,
    transform: (bytes, _encoding, done) => done(null, { bytes, at: performance.now() }),
  });
}

async function pauseUntil(at: number): Promise<void> {
  const ms = at - performance.now();
  if (ms > 0) await pause(ms);
}

/** Whether or not the other side is still there: that shows where it is read. */
function written(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    to.write(bytes, () => resolve());
  });
}

function closed(socket: Socket): Promise<void> {
  // The reader is told of an error as well; one that comes later has nobody else.
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

function reset({ client, server }: Connection): void {
  resetConnection(client);
  resetConnection(server);
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
