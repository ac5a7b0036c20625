import type { Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { resetConnection } from './reset-connection.ts';

/** Of the way, now. */
export interface Condition {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
  readonly dark: boolean;
}

export interface Connection {
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

/** So many chunks can be on their way at once, before the sender feels the latency as a slow line. */
const chunksUnderWay = 1024;
/** Bandwidth comes in slices of this length. */
const sliceMs = 50;

/** Carries bytes and ends each way, as the way is at that moment. Resolves when both sides are gone. */
export async function carry(connection: Connection, condition: () => Condition): Promise<void> {
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

export function reset({ client, server }: Connection): void {
  resetConnection(client);
  resetConnection(server);
}
