import { once } from 'node:events';
import { createServer } from 'node:net';

// Below what Linux and macOS take for outgoing connections, so that the port is still free when a stopped server comes back.
const lowest = 20_000;
const count = 12_000;

/** A TCP port of 127.0.0.1 that nobody listens on, for programs that cannot listen on port 0. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await new Promise((closed) => server.close(closed));
  return true;
}
