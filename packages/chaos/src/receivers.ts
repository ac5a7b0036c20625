import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom, type Random } from '@relay/simulators';
import { type Arrival, isDelivered } from './arrivals.ts';
import { idOf } from './callback.ts';
import { digestOf } from './digest.ts';
import type { Manner, Subscriber } from './subscribers.ts';

const slowFromMs = 1_000;
const slowForMs = 2_000;
const failingShare = 0.5;
const breakOff = 0;

export interface OpenOptions {
  readonly subscribers: readonly Subscriber[];
  readonly seed: number;
  /** How long one that flaps is away, and then there. */
  readonly flapMs: number;
}

type Dice = Pick<OpenOptions, 'flapMs'> & { readonly random: Random };

/** Plays all subscribers: each is a server that behaves in its manner and writes down what came. */
export function createReceivers() {
  const servers: Server[] = [];
  const arrivals: Arrival[] = [];
  const delivered = new Map<string, Set<string>>();

  function note(arrival: Arrival): void {
    arrivals.push(arrival);
    if (isDelivered(arrival)) delivered.get(arrival.subscriber)?.add(arrival.message);
  }

  async function openOne({ name, manner }: Subscriber, dice: Dice): Promise<string> {
    const server = createServer((request, response) => {
      // Whoever sends may be killed at any moment: what came only in part has not arrived.
      take({ request, response, subscriber: name, statusOf: () => statusOf(manner, dice), note }).catch(() => {});
    });
    // The relay would have to send again what meets a server that is hanging up.
    server.keepAliveTimeout = 600_000;
    servers.push(server);
    delivered.set(name, new Set());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  }

  return {
    /** Opens them and answers their URLs, in the same order. */
    open({ subscribers, seed, flapMs }: OpenOptions): Promise<string[]> {
      const random = createRandom(seed);
      return Promise.all(subscribers.map((subscriber) => openOne(subscriber, { random: random.fork(), flapMs })));
    },
    /** How many messages each has, by name. */
    counts: (): Record<string, number> => Object.fromEntries([...delivered].map(([name, ids]) => [name, ids.size])),
    /** What came so far and has been answered. */
    arrivals: (): readonly Arrival[] => arrivals,
    async close(): Promise<void> {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
}

interface Taking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly subscriber: string;
  readonly statusOf: () => number | Promise<number>;
  readonly note: (arrival: Arrival) => void;
}

async function take({ request, response, subscriber, statusOf, note }: Taking): Promise<void> {
  const body = await buffer(request);
  const at = Date.now();
  const closed = once(response, 'close');
  const status = await Promise.race([statusOf(), closed.then(() => breakOff)]);
  const came = {
    subscriber,
    id: idOf(body.toString()) ?? '',
    digest: digestOf(body),
    message: String(request.headers['webhook-id']),
    attempt: Number(request.headers['relay-attempt']),
    at,
  };
  if (status === breakOff || response.destroyed) {
    response.socket?.resetAndDestroy();
    note({ ...came, status: breakOff, endedAt: Date.now() });
    return;
  }
  response.writeHead(status, { 'content-length': 0 }).end();
  note({ ...came, status, endedAt: Date.now() });
}

function statusOf(manner: Manner, { random, flapMs }: Dice): number | Promise<number> {
  switch (manner) {
    case 'steady':
      return 200;
    case 'slow':
      return pause(slowFromMs + random.fraction() * slowForMs, 200);
    case 'failing':
      return random.happens(failingShare) ? 503 : 200;
    case 'flapping':
      return Math.floor(Date.now() / flapMs) % 2 === 0 ? 200 : breakOff;
  }
}
