import { Server } from 'node:net';
import { setImmediate as turnEnd } from 'node:timers/promises';

/** A turn of the event loop that took no longer, in ms, had nothing to do. */
const quietTurnMs = 0.3;
const mostTurns = 200;

/**
 * Closes the port, and leaves open what is connected: Node's own `close` of an http server cuts off connections at rest, and
 * with them a request that is just on its way. Resolves when the port is closed.
 *
 * The kernel resets connections that it has made and nobody has accepted yet. Each turn of the event loop accepts them all,
 * so that right after one that had nothing to do there are hardly any.
 */
export async function stopListening(server: Server): Promise<void> {
  // To where a turn ends: what is left of the present one accepts nothing.
  await turnEnd();
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const begun = performance.now();
    await turnEnd();
    if (performance.now() - begun < quietTurnMs) break;
  }
  Server.prototype.close.call(server);
}
