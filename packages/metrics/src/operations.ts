import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import type { ServiceMetrics } from './service-metrics.ts';

/** The address for operators: `/live`, `/ready` and `/metrics`. Not for vendors, and best kept off the internet. */
export interface Operations {
  /** Rejects when the address cannot be had, such as with the code EADDRINUSE. */
  listen(): Promise<AddressInfo>;
  close(): Promise<void>;
}

export interface OperationsOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly metrics: Pick<ServiceMetrics, 'contentType' | 'text'>;
  /** Asked at each `/ready`; has to answer in bounded time, and may say more than yes or no. */
  readonly ready: () => Readiness | Promise<Readiness>;
}

/** Told as it is to whoever asks `/ready`: no secrets. */
export interface Readiness {
  readonly ready: boolean;
  readonly [detail: string]: unknown;
}

export function createOperations({ host, port, metrics, ready }: OperationsOptions): Operations {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.get('/live', (_request, response) => answer(response, 200, 'text/plain; charset=utf-8', 'live\n'));
  app.get('/ready', async (_request, response) => {
    const readiness = await ready();
    answer(response, readiness.ready ? 200 : 503, 'application/json', `${JSON.stringify(readiness)}\n`);
  });
  app.get('/metrics', async (_request, response) => answer(response, 200, metrics.contentType, await metrics.text()));
  app.use((_request, response) => answer(response, 404, 'text/plain; charset=utf-8', 'See /live, /ready, /metrics\n'));
  app.use(answerFailure);

  const server = createServer(app);
  return {
    async listen() {
      server.listen(port, host);
      await once(server, 'listening');
      return server.address() as AddressInfo;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: Response, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

/** Express knows an error handler by its four parameters. The error stays here: it may name addresses or passwords. */
function answerFailure(_error: Error, _request: Request, response: Response, _next: unknown): void {
  answer(response, 503, 'text/plain; charset=utf-8', 'This could not be found out\n');
}
