import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ListenerPlan } from '@relay/config';
import { describeListenError } from '@relay/metrics';
import { createLimitedServer } from './server.ts';
import { stopListening } from './stop-listening.ts';

/** One port that vendors post to. */
export interface Listener {
  readonly address: AddressInfo;
  /** Where it listens, in the words of relay.yaml: `host:port`. */
  readonly name: string;
  /** What it goes by now. */
  plan(): ListenerPlan;
  /**
   * Goes by another plan for the same address, and hands requests to this: its endpoints from the next request on, its
   * certificate from the next connection on. Open connections stay open. The certificate has to be usable, and the plan
   * to stay with https or http.
   */
  follow(plan: ListenerPlan, handle: Handle): void;
  /** Takes no more connections, and only one more request over each that is open. Resolves when the port is free. */
  stop(): Promise<void>;
  /**
   * Stops, and resolves once what came in is answered. Connections at rest are left open for a moment, since a request may
   * just be on its way over them; not when there is hurry.
   */
  close(hurry: AbortSignal): Promise<void>;
}

/** Takes a request, and the listener where it came in. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  listener: Pick<Listener, 'name' | 'plan'>,
) => void;

export interface ListenerOptions {
  /** What takes its requests at first. */
  readonly handle: Handle;
  /** Somebody connected and no secure connection came of it. */
  readonly onHandshakeFailed: (name: string) => void;
}

/** How long a connection at rest may still bring a request after `stop`. */
const lastRequestsMs = 3_000;
/** How long `close` then waits for requests that came in. */
const closeLimitMs = 10_000;

/** Rejects with a sentence for people when the address cannot be had. */
export async function openListener(first: ListenerPlan, options: ListenerOptions): Promise<Listener> {
  const { host } = first;
  const answering = new Set<ServerResponse>();
  let stopping: Promise<void> | undefined;
  let stopped = false;
  let { handle } = options;
  let plan = first;
  const { server, show, dropHandshakes } = createLimitedServer(first.tls, (request, response) => {
    answering.add(response);
    response.once('close', () => answering.delete(response));
    if (stopped) response.shouldKeepAlive = false;
    handle(request, response, listener);
  });
  server.listen(first.port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(describeListenError(error, first, 'ingest.listeners'), { cause: error });
  }
  const address = server.address() as AddressInfo;
  const name = `${host}:${address.port}`;
  const ended = new AbortController();
  const end = new Promise<void>((resolve) => server.once('close', resolve)).finally(() => ended.abort());
  // A connection that cannot be accepted, such as for want of file handles, is the sender's to repeat and no reason to end.
  server.on('error', () => {});
  // Who only looks whether the port is open hangs up before the handshake, and that is no failure.
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') options.onHandshakeFailed(name);
  });

  const listener: Listener = {
    address,
    name,
    plan: () => plan,
    follow(next, nextHandle) {
      if (next.tls !== undefined && !isDeepStrictEqual(next.tls, plan.tls)) show(next.tls);
      plan = next;
      handle = nextHandle;
    },
    stop() {
      // Not before the port is closed: who is sent away sooner comes back over a new connection.
      stopping ??= stopListening(server).then(() => {
        stopped = true;
        for (const response of answering) if (!response.headersSent) response.shouldKeepAlive = false;
      });
      return stopping;
    },
    async close(hurry) {
      await listener.stop();
      await pause(lastRequestsMs, undefined, { signal: AbortSignal.any([hurry, ended.signal]) }).catch(() => {});
      // Ends what is at rest.
      server.close();
      dropHandshakes();
      const limit = setTimeout(() => server.closeAllConnections(), closeLimitMs);
      await end;
      clearTimeout(limit);
    },
  };
  return listener;
}
