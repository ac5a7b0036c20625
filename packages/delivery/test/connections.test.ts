import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { none, type Subscriber } from '@relay/core';
import { eventually, startReceiver } from '@relay/testkit';
import { createConnections } from '../src/connections.ts';
import { authority, client, selfSigned, server } from './certificates.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

/** Servers keep connections longer than any test takes: it is the relay that has to close them. */
const keptMs = 60_000;

async function startSecure(t: TestContext, options: ServerOptions = server) {
  const names: (string | false | null)[] = [];
  const seen: (string | undefined)[] = [];
  let connections = 0;
  let open = 0;
  const receiver = createHttpsServer(options, (request, response) => {
    const socket = request.socket as TLSSocket & { readonly servername?: string | false };
    names.push(socket.servername ?? null);
    seen.push(socket.getPeerCertificate().subject?.CN?.toString());
    response.end();
  });
  receiver.keepAliveTimeout = keptMs;
  receiver.on('secureConnection', (socket) => {
    connections += 1;
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const { port } = receiver.address() as AddressInfo;
  return { port, names, seen, connections: () => connections, open: () => open };
}

/** Takes connections and says nothing. */
async function startSilent(t: TestContext) {
  const open = new Set<Socket>();
  const silent = createServer((socket) => {
    open.add(socket);
    socket.resume().on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  t.after(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  return { port, open: () => open.size };
}

async function attempted(t: TestContext, url: string, changes: Partial<Subscriber>) {
  const delivery = givenDelivery(t, { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
  const { durationMs, ...outcome } = await delivery.attempt(givenSubscriber(url, changes), givenMessage(), none);
  return outcome;
}

const delivered = { kind: 'delivered', status: 200 };

test("a subscriber's own authority vouches for it, under the name that it is called by", async (t) => {
  const { port, names } = await startSecure(t);
  assert.deepEqual(await attempted(t, `https://billing.test:${port}`, { tls: { ca: authority } }), delivered);
  assert.deepEqual(names, ['billing.test']);
  const another = await attempted(t, `https://another.test:${port}`, { tls: { ca: authority } });
  assert.deepEqual(another, { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('an own authority stands beside the well-known ones', async (t) => {
  const { port } = await startSecure(t, selfSigned);
  const unknown = await attempted(t, `https://localhost:${port}`, { tls: { ca: authority } });
  assert.equal(unknown.kind, 'tls');
  const wellKnown = getCACertificates();
  t.after(() => setDefaultCACertificates(wellKnown));
  setDefaultCACertificates([selfSigned.cert]);
  assert.deepEqual(await attempted(t, `https://localhost:${port}`, { tls: { ca: authority } }), delivered);
});

test('a client certificate is shown to the server that asks for it', async (t) => {
  const { port, seen } = await startSecure(t, {
    ...server,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const url = `https://localhost:${port}`;
  assert.deepEqual(await attempted(t, url, { tls: { ...client, ca: authority } }), delivered);
  assert.deepEqual(seen, ['client']);
  const without = await attempted(t, url, { tls: { ca: authority } });
  assert.notEqual(without.kind, 'delivered');
  const wrong = await attempted(t, url, { tls: { ...selfSigned, ca: authority } });
  assert.notEqual(wrong.kind, 'delivered');
  assert.equal(seen.length, 1);
});

test('a connection made with a certificate is used by nobody without it', async (t) => {
  const { port, seen, connections } = await startSecure(t, {
    ...server,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const delivery = givenDelivery(t);
  const url = `https://localhost:${port}`;
  const trusted = givenSubscriber(url, { tls: { ...client, ca: authority } });
  const other = givenSubscriber(url, { tls: { ca: authority } });
  for (const subscriber of [trusted, trusted, other]) await delivery.attempt(subscriber, givenMessage(), none);
  assert.deepEqual(seen, ['client', 'client', undefined]);
  assert.equal(connections(), 2);
});

test('a server that never shakes hands costs no more than the time to connect', async (t) => {
  const { port, open } = await startSilent(t);
  const outcome = await attempted(t, `https://localhost:${port}`, { connectTimeoutMs: 50 });
  assert.deepEqual(outcome, { kind: 'timeout', code: 'ERR_CONNECT_TIMEOUT' });
  await eventually('its connection is closed', () => open() === 0);
});

test('a look-up that hangs costs no more than the time to connect, and nobody else waits for it', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const hanging = new Promise<never>(() => undefined);
  const delivery = givenDelivery(t, {
    threads: 64,
    resolve: (host) => (host === 'billing.test' ? Promise.resolve([{ address: '127.0.0.1', family: 4 }]) : hanging),
  });
  const lost = Array.from({ length: 20 }, (_, number) =>
    delivery.attempt(givenSubscriber(`http://hangs-${number}.test/`, { connectTimeoutMs: 50 }), givenMessage(), none),
  );
  const well = givenSubscriber(`http://billing.test:${receiver.port}`);
  assert.equal((await delivery.attempt(well, givenMessage(), none)).kind, 'delivered');
  const codes = (await Promise.all(lost)).map((outcome) => 'code' in outcome && outcome.code);
  assert.deepEqual(new Set(codes), new Set(['ERR_CONNECT_TIMEOUT']));
});

test('a kept connection is not limited by the time to connect', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const receiver = await startReceiver(async (_request, number) => {
    if (number === 2) {
      ask();
      await released;
    }
    return { status: 200 };
  });
  t.after(() => receiver.close());
  const silent = await startSilent(t);
  const delivery = givenDelivery(t);
  const changes = { connectTimeoutMs: 50 };
  const subscriber = givenSubscriber(receiver.url, changes);
  await delivery.attempt(subscriber, givenMessage(), none);
  const slow = delivery.attempt(subscriber, givenMessage(), none);
  await asked;
  // Twice that time has passed once two others have run into it.
  for (let count = 0; count < 2; count += 1)
    await delivery.attempt(givenSubscriber(`https://localhost:${silent.port}`, changes), givenMessage(), none);
  release();
  assert.equal((await slow).kind, 'delivered');
  assert.equal(receiver.connections, 1);
});

test('subscribers share connections when all that these depend on is the same', () => {
  const connections = createConnections();
  const plain = givenSubscriber('https://billing.test');
  const connectionsOf = (changes: Partial<Subscriber>) => connections.connectionsFor({ ...plain, ...changes });
  assert.equal(connectionsOf({ url: 'https://other.test', headers: { x: 'y' } }), connectionsOf({}));
  assert.equal(connectionsOf({ tls: {} }), connectionsOf({}));
  const different: Partial<Subscriber>[] = [
    { tls: { ca: authority } },
    { tls: client },
    { tls: { ...client, ca: authority } },
    { proxy: 'http://proxy.test:3128' },
    { proxy: 'http://relay:password@proxy.test:3128' },
    { network: { allowPrivate: false, deny: [], allow: [] } },
    { network: { allowPrivate: true, deny: ['10.0.0.1'], allow: [] } },
    { network: { allowPrivate: true, deny: [], allow: ['10.0.0.1'] } },
    { connectTimeoutMs: 4_999 },
  ];
  const all = [{}, ...different].map(connectionsOf);
  assert.equal(new Set(all).size, all.length);
  for (const [at, changes] of [{}, ...different].entries()) assert.equal(connectionsOf(changes), all[at]);
  connections.close();
});

test('connections that no subscriber needs any more are closed, others are kept', async (t) => {
  const { port, connections, open } = await startSecure(t);
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const delivery = givenDelivery(t);
  const secured = givenSubscriber(`https://localhost:${port}`, { tls: { ca: authority } });
  const plain = givenSubscriber(receiver.url);
  const both = async () => {
    for (const subscriber of [secured, plain])
      assert.equal((await delivery.attempt(subscriber, givenMessage(), none)).kind, 'delivered');
  };
  await both();
  delivery.keepOnly([{ ...plain }, { ...secured }]);
  await both();
  assert.deepEqual([connections(), receiver.connections], [1, 1]);
  delivery.keepOnly([plain]);
  await eventually('what nobody needs is closed', () => open() === 0);
  // Whoever needs them again gets some that are kept.
  for (let count = 0; count < 2; count += 1) await both();
  assert.deepEqual([connections(), receiver.connections], [2, 1]);
});

test('a request under way ends well while its connections are given up, and leaves none', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const open = new Set<Socket>();
  const receiver = createHttpsServer({ ...server, keepAliveTimeout: keptMs }, (_request, response) => {
    ask();
    void released.then(() => response.end());
  });
  receiver.on('secureConnection', (socket) => open.add(socket.on('close', () => open.delete(socket))));
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  t.after(() => receiver.close());
  const { port } = receiver.address() as AddressInfo;
  const delivery = givenDelivery(t);
  const attempt = delivery.attempt(
    givenSubscriber(`https://localhost:${port}`, { tls: { ca: authority } }),
    givenMessage(),
    none,
  );
  await asked;
  delivery.keepOnly([]);
  release();
  assert.equal((await attempt).kind, 'delivered');
  await eventually('its connection is closed', () => open.size === 0);
});
