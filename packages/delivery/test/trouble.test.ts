import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { none } from '@relay/core';
import { eventually, freePort, type Reply, startReceiver } from '@relay/testkit';
import { maxAnswerBytes } from '../src/exchange.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

const soonMs = 50;

async function attempted(t: TestContext, reply: Reply, timeoutMs?: number) {
  const receiver = await startReceiver(() => reply);
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(receiver.url, timeoutMs === undefined ? {} : { timeoutMs });
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
  return { outcome, durationMs, receiver };
}

test('no answer in time is a timeout', async (t) => {
  const { outcome, durationMs } = await attempted(t, 'hang', soonMs);
  assert.deepEqual(outcome, { kind: 'timeout', code: 'ETIMEDOUT' });
  assert.ok(durationMs >= soonMs - 1);
});

test('an answer that trickles ends with the time-out, and its status stands', async (t) => {
  const { outcome } = await attempted(t, { trickle: '.', everyMs: 1 }, soonMs);
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
});

test('a head that never ends is a timeout', async (t) => {
  const server = createServer((_request, response) => response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: '));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const subscriber = givenSubscriber(`http://127.0.0.1:${port}`, { timeoutMs: soonMs });
  assert.equal((await givenDelivery(t).attempt(subscriber, givenMessage(), none)).kind, 'timeout');
});

test('a connection broken off before an answer is a reset', async (t) => {
  const { outcome, receiver } = await attempted(t, 'reset');
  assert.deepEqual(outcome, { kind: 'reset', code: 'ECONNRESET' });
  assert.equal(receiver.received.length, 1);
});

test('an answer that is not HTTP has failed', async (t) => {
  const { outcome } = await attempted(t, { raw: 'SSH-2.0-OpenSSH_9.2\r\n' });
  assert.equal(outcome.kind, 'failed');
  assert.match('code' in outcome ? outcome.code : '', /^HPE_/);
});

test('a head larger than Node takes has failed', async (t) => {
  const { outcome } = await attempted(t, { raw: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n` });
  assert.deepEqual(outcome, { kind: 'failed', code: 'HPE_HEADER_OVERFLOW' });
});

test('a port where nobody listens is unreachable', async (t) => {
  const subscriber = givenSubscriber(`http://127.0.0.1:${await freePort()}`);
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'ECONNREFUSED' });
});

test('a name that does not exist is unreachable', async (t) => {
  const outcome = await givenDelivery(t).attempt(givenSubscriber('http://nobody.invalid/'), givenMessage(), none);
  assert.equal(outcome.kind, 'unreachable');
});

test('a URL that is none has failed', async (t) => {
  const outcome = await givenDelivery(t).attempt(givenSubscriber('http://[nonsense'), givenMessage(), none);
  assert.equal(outcome.kind, 'failed');
});

test('an answer of 100 MB is cut, delivered, and not taken in', async (t) => {
  let sent = 0;
  let brokenOff = false;
  function* much() {
    for (; sent < 100_000_000; sent += 65_536) yield Buffer.alloc(65_536);
  }
  const server = createServer((_request, response) => {
    pipeline(Readable.from(much()), response).catch(() => {
      brokenOff = true;
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const outcome = await givenDelivery(t).attempt(givenSubscriber(`http://127.0.0.1:${port}`), givenMessage(), none);
  assert.equal(outcome.kind, 'delivered');
  await eventually('the connection is broken off', () => brokenOff);
  assert.ok(sent < 50_000_000, `${sent} bytes were taken`);
});

test('an answer within the limit keeps its connection', async (t) => {
  const receiver = await startReceiver(() => ({ status: 200, body: Buffer.alloc(maxAnswerBytes) }));
  t.after(() => receiver.close());
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(receiver.url);
  for (let sent = 0; sent < 3; sent += 1) await delivery.attempt(subscriber, givenMessage(), none);
  assert.equal(receiver.connections, 1);
});

test('a subscriber that hangs does not delay another of the same host', async (t) => {
  const receiver = await startReceiver(({ path }) => (path === '/hangs' ? 'hang' : { status: 200 }));
  t.after(() => receiver.close());
  const delivery = givenDelivery(t);
  const hanging = Array.from({ length: 300 }, () => {
    return delivery.attempt(givenSubscriber(`${receiver.url}/hangs`), givenMessage(), none);
  });
  await eventually('all of them hang', () => receiver.received.length === 300);
  const outcome = await delivery.attempt(givenSubscriber(`${receiver.url}/well`), givenMessage(), none);
  assert.equal(outcome.kind, 'delivered');
  await receiver.close();
  assert.deepEqual(new Set((await Promise.all(hanging)).map(({ kind }) => kind)), new Set(['reset']));
});

test('failing attempts leave nothing behind', async (t) => {
  const receiver = await startReceiver(() => 'hang');
  t.after(() => receiver.close());
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(receiver.url, { timeoutMs: 1 });
  await Promise.all(Array.from({ length: 200 }, () => delivery.attempt(subscriber, givenMessage(), none)));
  await eventually('no socket is left', () => !process.getActiveResourcesInfo().includes('TCPSocketWrap'));
});
