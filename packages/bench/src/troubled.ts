import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A byte of an answer that never ends, in ms. */
const trickleMs = 200;

/** What each does with every request, for as long as it is there. */
const behaviours: Readonly<Record<string, RequestListener>> = {
  hanging: () => undefined,
  trickling: (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), trickleMs);
    response.once('close', () => clearInterval(timer));
  },
  resetting: (_request, response) => void response.socket?.resetAndDestroy(),
};

export interface TroubledSubscriber {
  readonly name: string;
  readonly url: string;
}

/** Subscribers that take nothing, each in its own way, and one that is not there at all. */
export function createTroubled() {
  const servers: Server[] = [];

  async function listen(listener: RequestListener): Promise<Server> {
    const server = createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  return {
    async open(): Promise<TroubledSubscriber[]> {
      const opened = await Promise.all(
        Object.entries(behaviours).map(async ([name, listener]) => {
          const server = await listen(listener);
          servers.push(server);
          return { name, url: urlOf(server) };
        }),
      );
      const gone = await listen(() => undefined);
      const down = { name: 'down', url: urlOf(gone) };
      gone.close();
      return [...opened, down];
    },

    close(): void {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`;
}
