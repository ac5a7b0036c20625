import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { server as certificate } from './certificates.ts';

export interface ForwardProxyOptions {
  /** `user:password` that has to be shown. */
  readonly credentials?: string;
  readonly secure?: boolean;
  /** What CONNECT is answered instead of being followed, and nothing more; when it is empty, the connection ends. */
  readonly refuse?: string;
  /** What it waits for before it follows a CONNECT. */
  readonly before?: Promise<void>;
}

/** A real forward proxy on 127.0.0.1. It takes every name for this machine. */
export async function startForwardProxy(
  t: TestContext,
  { credentials, secure = false, refuse, before = Promise.resolve() }: ForwardProxyOptions = {},
) {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new Set<Socket>();
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const isStranger = (incoming: IncomingMessage) => incoming.headers['proxy-authorization'] !== expected;

  const proxy = secure ? createTlsServer(certificate) : createServer();
  proxy.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  proxy.on('request', (incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    headers.push(incoming.headers);
    if (isStranger(incoming)) return void response.writeHead(407).end();
    const { pathname, search, port } = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _own, ...passedOn } = incoming.headers;
    const options = {
      host: '127.0.0.1',
      port,
      path: `${pathname}${search}`,
      method: incoming.method,
      headers: passedOn,
    };
    const onward = request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  proxy.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    headers.push(incoming.headers);
    // Node leaves it to this handler to close what the other side has closed.
    socket.on('error', () => undefined).on('end', () => socket.end());
    if (isStranger(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (refuse === '') return void socket.end();
    if (refuse !== undefined) return void socket.resume().write(refuse);
    void before.then(() => tunnel(socket, Number(incoming.url?.split(':').at(-1))));
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = proxy.address() as AddressInfo;
  const account = credentials === undefined ? '' : `${credentials}@`;
  return {
    port,
    /** With its credentials. */
    url: `${secure ? 'https' : 'http'}://${account}127.0.0.1:${port}`,
    /** Method and target of every request, in the order they came. */
    seen,
    headers,
    /** Connections that are there now. */
    open: () => sockets.size,
  };
}

/** Carries bytes both ways, as far as the port can be reached. */
function tunnel(socket: Socket, port: number): void {
  const onward = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  socket.on('close', () => onward.destroy());
  onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  onward.on('close', () => socket.destroy());
}
