import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { none } from '@relay/core';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** A server that answers by the number of the connection and of the request on it, both from 1. */
async function startServer(t: TestContext, answer: (socket: Socket, connection: number, request: number) => void) {
  let connections = 0;
  let requests = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    let request = 0;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (!bytes.includes('POST ')) return;
      requests += 1;
      request += 1;
      answer(socket, connection, request);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen: () => ({ connections, requests }) };
}

test('a kept connection that the server has closed is replaced within the same attempt', async (t) => {
  const server = await startServer(t, (socket, connection, request) => {
    if (connection === 1 && request === 2) socket.resetAndDestroy();
    else socket.write(ok);
  });
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(server.url);
  await delivery.attempt(subscriber, givenMessage(), none);
  assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'delivered');
  assert.deepEqual(server.seen(), { connections: 2, requests: 3 });
});

test('the second go takes no other kept connection, which may be as stale', async (t) => {
  const server = await startServer(t, (socket, connection, request) => {
    if (request === 2) socket.resetAndDestroy();
    else if (connection === 1) void bothThere.promise.then(() => socket.write(ok));
    else bothThere.resolve(socket.write(ok));
  });
  const bothThere = Promise.withResolvers<boolean>();
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(server.url);
  await Promise.all([
    delivery.attempt(subscriber, givenMessage(), none),
    delivery.attempt(subscriber, givenMessage(), none),
  ]);
  assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'delivered');
  assert.deepEqual(server.seen(), { connections: 3, requests: 4 });
});

test('a second connection that breaks too is a reset, without a third', async (t) => {
  const server = await startServer(t, (socket, connection, request) => {
    if (connection === 1 && request === 1) socket.write(ok);
    else socket.resetAndDestroy();
  });
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(server.url);
  await delivery.attempt(subscriber, givenMessage(), none);
  assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'reset');
  assert.deepEqual(server.seen(), { connections: 2, requests: 3 });
});

test('a kept connection that breaks in the middle of an answer is a reset at once', async (t) => {
  const server = await startServer(t, (socket, _connection, request) => {
    if (request === 1) socket.write(ok);
    else socket.end('HTTP/1.1 20');
  });
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(server.url);
  await delivery.attempt(subscriber, givenMessage(), none);
  assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'reset');
  assert.deepEqual(server.seen(), { connections: 1, requests: 2 });
});

test('closing breaks what is in use', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = await startServer(t, () => resolve());
  const delivery = givenDelivery(t);
  const attempt = delivery.attempt(givenSubscriber(server.url), givenMessage(), none);
  await promise;
  delivery.close();
  assert.equal((await attempt).kind, 'reset');
});
