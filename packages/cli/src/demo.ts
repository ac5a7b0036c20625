import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { Failure } from './failure.ts';

export interface DemoOptions {
  readonly host: string;
  readonly port: number;
  readonly stopping: AbortSignal;
}

/**
 * A subscriber to look at: prints every callback it gets. A path that ends in `?fail=2` answers 503 to the first two attempts
 * of each message.
 */
export async function demo({ host, port, stopping }: DemoOptions): Promise<void> {
  const server = createServer((request, response) => {
    // A sender that breaks off in the middle has sent nothing.
    receive(request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new Failure(`The demo receiver cannot listen: ${error.message}`);
  });
  const address = server.address() as AddressInfo;
  console.log(`The demo receiver listens on http://${address.address}:${address.port}`);

  if (!stopping.aborted) await once(stopping, 'abort');
  server.close();
  server.closeAllConnections();
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo');
  const attempt = Number(request.headers['relay-attempt'] ?? 1);
  const status = attempt <= Number(searchParams.get('fail') ?? 0) ? 503 : 204;
  console.log(describe(pathname, String(request.headers['webhook-id'] ?? '-'), attempt, status, body));
  response.writeHead(status).end();
}

function describe(path: string, id: string, attempt: number, status: number, body: string): string {
  const answer = styleText(status < 300 ? 'green' : 'yellow', `answered ${status}`);
  return `${path}  ${id}  attempt ${attempt}  ${answer}  ${onOneLine(body)}`;
}

function onOneLine(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return JSON.stringify(body);
  }
}
