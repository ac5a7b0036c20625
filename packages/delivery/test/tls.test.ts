import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { none } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

// Made for this test, self-signed for localhost; it protects nothing.
const cert = readFileSync(new URL('certificate/certificate.pem', import.meta.url), 'utf8');
const key = readFileSync(new URL('certificate/key.pem', import.meta.url), 'utf8');

async function startTlsServer(t: TestContext): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer({ cert, key }, (_request, response) => response.end());
  server.on('secureConnection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections };
}

test('a certificate that nobody vouches for is tls', async (t) => {
  const { port } = await startTlsServer(t);
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(
    givenSubscriber(`https://localhost:${port}`),
    givenMessage(),
    none,
  );
  assert.deepEqual(outcome, { kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('a server that speaks no TLS is tls', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(`https://127.0.0.1:${receiver.port}`);
  assert.equal((await givenDelivery(t).attempt(subscriber, givenMessage(), none)).kind, 'tls');
});

test('a trusted server gets its messages over one kept connection', async (t) => {
  setDefaultCACertificates([cert]);
  const { port, connections } = await startTlsServer(t);
  const delivery = givenDelivery(t);
  const subscriber = givenSubscriber(`https://localhost:${port}`);
  for (const count of [0, 1]) {
    assert.equal((await delivery.attempt(subscriber, givenMessage(), { ...none, count })).kind, 'delivered');
  }
  assert.equal(connections(), 1);
});

test('a certificate for another name is tls', async (t) => {
  setDefaultCACertificates([cert]);
  const { port } = await startTlsServer(t);
  const subscriber = givenSubscriber(`https://127.0.0.1:${port}`);
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
  assert.deepEqual(outcome, { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});
