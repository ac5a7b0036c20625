import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { resetConnection } from '@relay/testkit';

/** What users put before several ingests. */
export interface Front {
  /** Of 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/** While all are refused, so long until they are tried again. */
const betweenRoundsMs = 50;
/** As long as proxies usually look for somebody. */
const rounds = 100;

/**
 * A TCP relay: each connection goes to the next of these ports in turn, and on to the one after while it is refused. What is
 * cut off later is cut off for the client as well: nothing is sent twice.
 */
export async function startFront(ports: readonly number[]): Promise<Front> {
  const open = new Set<Socket>();
  let turn = 0;
  let closing = false;

  async function carry(client: Socket): Promise<void> {
    open.add(client);
    client.on('error', () => {}); // its close follows
    client.once('close', () => open.delete(client));
    turn += 1;
    const server = await connectToAny(ports, turn, () => closing || client.destroyed);
    if (server === undefined) resetConnection(client);
    else join(client, server);
  }

  const front = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void carry(client));
  await once(front.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (front.address() as AddressInfo).port,
    async close() {
      closing = true;
      const closed = once(front, 'close');
      front.close();
      for (const client of open) client.destroy();
      await closed;
    },
  };
}

async function connectToAny(
  ports: readonly number[],
  first: number,
  givenUp: () => boolean,
): Promise<Socket | undefined> {
  for (let round = 0; round < rounds && !givenUp(); round += 1) {
    for (let index = 0; index < ports.length; index += 1) {
      const server = await connectTo(ports[(first + index) % ports.length]);
      if (server !== undefined) return server;
    }
    await pause(betweenRoundsMs);
  }
  return undefined;
}

async function connectTo(port = 0): Promise<Socket | undefined> {
  const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  try {
    await once(server, 'connect');
    return server;
  } catch {
    return undefined;
  }
}

/** Bytes, ends and resets go on to the other side as they are. */
function join(client: Socket, server: Socket): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on('error', () => resetConnection(to));
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
  if (client.destroyed) resetConnection(server);
}
