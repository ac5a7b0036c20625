import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom } from '@relay/simulators';
import { idOf } from './callback.ts';
import { now } from './clock.ts';

/** What a request is answered that fails by chance; every other status is the measurement's own. */
const troubled = 500;

/** What the receivers saw, once each callback that arrives has its line. */
export interface Arrivals {
  /** By subscriber × capacity + id: when it came first, on the shared clock in ms; 0 where it never did. */
  readonly at: Float64Array;
  /** How many came again. */
  readonly repeated: number;
}

export interface Progress {
  /** How many came first. */
  readonly arrived: number;
  /** Shared clock, in ms. */
  readonly at: number;
}

/** The subscribers' side: a server each that answers at once and writes down which ids came. */
export function createReceivers() {
  const servers: Server[] = [];
  let at = new Float64Array();
  let arrived = 0;
  let repeated = 0;
  let status = 200;
  let reply = (): number | 'reset' => status;
  /** The subscriber that refuses everything, and how often it did. */
  let refusing: number | undefined;
  let refusals = 0;
  let waiting: { readonly count: number; done(): void } | undefined;

  function arrive(place: number): void {
    if (at[place] !== 0) {
      repeated += 1;
      return;
    }
    at[place] = now();
    arrived += 1;
    if (waiting !== undefined && arrived >= waiting.count) waiting.done();
  }

  function replyOf(subscriber: number): number | 'reset' {
    if (subscriber !== refusing) return reply();
    refusals += 1;
    return troubled;
  }

  const progress = (): Progress => ({ arrived, at: now() });

  return {
    /** Opens one server per subscriber and answers their URLs; ids go from 0 to capacity − 1. */
    async open({ subscribers, capacity }: { subscribers: number; capacity: number }): Promise<string[]> {
      at = new Float64Array(subscribers * capacity);
      const opening = Array.from({ length: subscribers }, (_, subscriber) =>
        openServer({ arrive: (id) => arrive(subscriber * capacity + id), reply: () => replyOf(subscriber) }),
      );
      servers.push(...(await Promise.all(opening)));
      return servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`);
    },

    /** What all of them answer from now on; 200 before. */
    answerWith(next: number): void {
      status = next;
    },

    /** From now on these shares of all requests are answered 500, or their connections broken off; what fails has not arrived. */
    fail({ refusing, resetting, seed }: { refusing: number; resetting: number; seed: number }): void {
      const random = createRandom(seed);
      reply = () => {
        const dice = random.fraction();
        if (dice < refusing) return troubled;
        return dice < refusing + resetting ? 'reset' : status;
      };
    },

    /** From now on this one answers 500 to everything, and nothing of it has arrived. */
    refuse({ subscriber }: { subscriber: number }): void {
      refusing = subscriber;
    },

    /** Ends that, and answers how many requests it refused. */
    takeAgain(): number {
      refusing = undefined;
      return refusals;
    },

    /** Waits until so many have arrived, or nothing more has for `stallMs`. */
    async awaitArrivals({ count, stallMs }: { count: number; stallMs: number }): Promise<Progress> {
      if (arrived < count) {
        const { promise, resolve: done } = Promise.withResolvers<void>();
        waiting = { count, done };
        let before = arrived;
        const watch = setInterval(() => {
          if (arrived === before) done();
          before = arrived;
        }, stallMs);
        await promise;
        clearInterval(watch);
        waiting = undefined;
      }
      return progress();
    },

    progress,

    arrivals: (): Arrivals => ({ at, repeated }),

    async close(): Promise<void> {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };
}

interface Answering {
  arrive(id: number): void;
  reply(): number | 'reset';
}

async function openServer({ arrive, reply }: Answering): Promise<Server> {
  const server = createServer((request, response) => {
    collect(request, (body) => {
      const id = idOf(body);
      if (id === undefined) {
        response.writeHead(400).end();
        return;
      }
      const answer = reply();
      if (answer === 'reset') {
        response.socket?.resetAndDestroy();
        return;
      }
      if (answer !== troubled) arrive(id);
      response.writeHead(answer, { 'content-length': 0 }).end();
    });
  });
  // A server that hangs up between two deliveries would add resets that neither side of the comparison asked for.
  server.keepAliveTimeout = 120_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

function collect(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [first] = chunks;
    done(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
}
