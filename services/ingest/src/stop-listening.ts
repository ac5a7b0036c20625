import { Server } from 'node:net';
import { setImmediate as turnEnd } from 'node:timers/promises';

/** So many turns of the event loop in a row without a new connection mean that there is none: the first may be the rest of a turn. */
const quietTurns = 3;
/** Where connections keep coming, the port is closed all the same. */
const mostTurns = 2_000;

/**
 * Closes the port, and leaves open what is connected: Node's own `close` of an http server cuts off connections at rest, and
 * with them a request that is just on its way. Resolves when the port is closed.
 *
 * The kernel resets connections that it has made and nobody has accepted yet. A turn of the event loop accepts one of them,
 * however many there are, so that one without any says that none is left, and how long turns take says nothing.
 */
export async function stopListening(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  for (let turn = 0, quiet = 0; turn < mostTurns && quiet < quietTurns; turn += 1) {
    const before = accepted;
    await turnEnd();
    quiet = accepted === before ? quiet + 1 : 0;
  }
  server.off('connection', count);
  Server.prototype.close.call(server);
}
