import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it came in. */
export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Epoch ms at which its last byte was there. */
  readonly at: number;
}

/**
 * What the receiver does with a request:
 *   a status       answers so
 *   `hang`         never answers
 *   `reset`        breaks the connection off (RST)
 *   `raw`          writes these bytes instead of an answer and ends the connection
 *   `trickle`      answers with these bytes again and again, and never comes to an end
 */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer }
  | 'hang'
  | 'reset'
  | { readonly raw: string | Buffer }
  | { readonly trickle: string | Buffer; readonly everyMs: number };

/** The number counts the receiver's requests from 1. */
export type Answering = (request: Request, number: number) => Reply | Promise<Reply>;

export interface ReceiverOptions {
  /** To come back where another receiver was; default any free one. */
  readonly port?: number;
}

export interface Receiver {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, complete ones only, in the order they came in. */
  readonly received: readonly Request[];
  /** Connections taken so far. */
  readonly connections: number;
  /** From the next request on it answers so. */
  answer(answering: Answering): void;
  /** Breaks off what is open. */
  close(): Promise<void>;
}

const ok: Answering = () => ({ status: 200 });

/** Starts a real HTTP server of a subscriber's kind: it remembers what it gets and answers as it is told. */
export async function startReceiver(answering = ok, { port = 0 }: ReceiverOptions = {}): Promise<Receiver> {
  const received: Request[] = [];
  let connections = 0;

  const take = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(incoming);
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, body, at: Date.now() };
    const number = received.push(request);
    await reply(response, await answering(request, number));
  };
  const server = createServer((incoming, response) => {
    // A sender that breaks off in the middle is no request; a mistake in the test's own answering must be seen.
    take(incoming, response).catch((error: unknown) => {
      if (incoming.complete) throw error;
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    get connections() {
      return connections;
    },
    answer: (next) => {
      answering = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function reply(response: ServerResponse, answer: Reply): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
  } else if ('raw' in answer) {
    response.socket?.end(answer.raw);
  } else if ('trickle' in answer) {
    trickle(response, answer.trickle, answer.everyMs);
  } else {
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

function trickle(response: ServerResponse, bytes: string | Buffer, everyMs: number): void {
  response.writeHead(200).flushHeaders();
  const timer = setInterval(() => response.write(bytes), everyMs);
  response.once('close', () => clearInterval(timer));
}
