import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { none, type Outcome, type Subscriber } from '@relay/core';
import { eventually } from '@relay/testkit';
import { authority, server as certificate } from './certificates.ts';
import { startForwardProxy } from './forward-proxy.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

/** A server that does this with each connection, once something has come. */
async function startServer(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => answer(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function startSecure(t: TestContext, options: ServerOptions): Promise<number> {
  const server = createHttpsServer(options, (_request, response) => response.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function trickle(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 1);
  socket.once('close', () => clearInterval(timer));
}

/** Bytes as fast as they are taken. */
function pour(socket: Socket): void {
  const chunk = Buffer.alloc(65_536);
  const more = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  socket.on('drain', more);
  more();
}

const plainly: readonly (readonly [name: string, kind: Outcome['kind'], answer: (socket: Socket) => void])[] = [
  ['hangs', 'timeout', () => undefined],
  ['trickles its head', 'timeout', (socket) => trickle(socket, 'HTTP/1.1 200 OK\r\nx: y')],
  ['trickles its body', 'delivered', (socket) => trickle(socket.resume(), 'HTTP/1.1 200 OK\r\n\r\n')],
  ['answers without end', 'delivered', pour],
  ['resets', 'reset', (socket) => socket.resetAndDestroy()],
  ['hangs up', 'reset', (socket) => socket.end()],
  ['redirects and hangs up', 'refused', (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n')],
  ['speaks something else', 'failed', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
];

interface Trouble {
  readonly kind: Outcome['kind'];
  readonly url: string;
  readonly changes?: Partial<Subscriber>;
}

/** Attempts once, and waits until no connection is left in this process, on either side. */
async function leavesNothing(t: TestContext, { kind, url, changes = {} }: Trouble): Promise<void> {
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(url, { timeoutMs: 100, connectTimeoutMs: 100, ...changes });
  const outcome = await delivery.attempt(subscriber, givenMessage(), none);
  assert.equal(outcome.kind, kind);
  await eventually('no connection is left', () => {
    return !process.getActiveResourcesInfo().some((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap)$/.test(name));
  });
}

for (const [name, kind, answer] of plainly) {
  test(`a server that ${name} leaves nothing behind`, async (t) => {
    await leavesNothing(t, { kind, url: `http://127.0.0.1:${await startServer(t, answer)}` });
  });

  test(`a server that ${name} where TLS was to begin leaves nothing behind`, async (t) => {
    const port = await startServer(t, answer);
    const delivery = givenDelivery(t);
    const subscriber = givenSubscriber(`https://127.0.0.1:${port}`, { timeoutMs: 100 });
    assert.notEqual((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'delivered');
    await eventually('no connection is left', () => !process.getActiveResourcesInfo().includes('TCPSocketWrap'));
  });
}

test('a server whose certificate nobody vouches for leaves nothing behind', async (t) => {
  const url = `https://localhost:${await startSecure(t, certificate)}`;
  await leavesNothing(t, { kind: 'tls', url, changes: { timeoutMs: 30_000, connectTimeoutMs: 30_000 } });
});

test('a server that wants a client certificate leaves nothing behind', async (t) => {
  const options = { ...certificate, ca: authority, requestCert: true, rejectUnauthorized: true };
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(`https://localhost:${await startSecure(t, options)}`, { tls: { ca: authority } });
  assert.notEqual((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'delivered');
  await eventually('no connection is left', () => !process.getActiveResourcesInfo().includes('TCPSocketWrap'));
});

test('a proxy that hangs leaves nothing behind, although the attempt was over before', async (t) => {
  const proxy = `http://127.0.0.1:${await startServer(t, () => undefined)}`;
  const changes = { proxy, timeoutMs: 20, connectTimeoutMs: 200 };
  await leavesNothing(t, { kind: 'timeout', url: 'https://billing.test', changes });
});

test('a proxy that gets through after the attempt was over leaves nothing behind', async (t) => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const target = await startSecure(t, certificate);
  const proxy = await startForwardProxy(t, { before: over });
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(`https://billing.test:${target}`, {
    proxy: proxy.url,
    timeoutMs: 100,
    connectTimeoutMs: 10_000,
  });
  assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'timeout');
  assert.deepEqual(proxy.seen, [`CONNECT billing.test:${target}`]);
  end();
  await eventually('no connection is left', () => !process.getActiveResourcesInfo().includes('TCPSocketWrap'));
});
