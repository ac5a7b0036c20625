import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '@relay/config';
import { describeListenError } from '@relay/metrics';

/** One port that vendors post to. */
export interface Listener {
  readonly address: AddressInfo;
  /** Takes no more requests and resolves once those that came in are answered. */
  close(): Promise<void>;
}

/** A request has to be here whole within this time, and its head within the shorter one: slow senders must not pile up. */
const requestTimeoutMs = 15_000;
const headersTimeoutMs = 5_000;
const timeoutCheckEveryMs = 1_000;
/** Longer than a balancer's (60 s is usual), so that it never posts into a connection that is just being closed. */
const keepAliveTimeoutMs = 75_000;
/** Further ones are cut off before they cost memory. */
const maxConnections = 10_000;
/** How long `close` waits for requests that came in. */
const closeLimitMs = 10_000;

/** Rejects with a sentence for people when the address cannot be had. */
export async function openListener({ host, port }: Address, handle: RequestListener): Promise<Listener> {
  const answering = new Set<ServerResponse>();
  let closing = false;
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: timeoutCheckEveryMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    (request, response) => {
      answering.add(response);
      response.once('close', () => answering.delete(response));
      if (closing) response.shouldKeepAlive = false;
      handle(request, response);
    },
  );
  server.maxConnections = maxConnections;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(describeListenError(error, { host, port }, 'ingest.listeners'), { cause: error });
  }
  // A connection that cannot be accepted, such as for want of file handles, is the sender's to repeat and no reason to end.
  server.on('error', () => {});

  return {
    address: server.address() as AddressInfo,
    async close() {
      closing = true;
      for (const response of answering) if (!response.headersSent) response.shouldKeepAlive = false;
      const closed = once(server, 'close');
      server.close();
      const limit = setTimeout(() => server.closeAllConnections(), closeLimitMs);
      await closed;
      clearTimeout(limit);
    },
  };
}
