import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { none, type Subscriber } from '@relay/core';
import { eventually, freePort, type Reply, startReceiver } from '@relay/testkit';
import { authority, server } from './certificates.ts';
import { startForwardProxy } from './forward-proxy.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

const tls = { ca: authority };

async function startSecureReceiver(t: TestContext) {
  const received: string[] = [];
  const receiver = createHttpsServer(server, (request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.end();
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const { port } = receiver.address() as AddressInfo;
  return { port, received };
}

async function startPlainReceiver(t: TestContext, reply: Reply = { status: 200 }) {
  const receiver = await startReceiver(() => reply);
  t.after(() => receiver.close());
  return receiver;
}

async function attempted(t: TestContext, url: string, changes: Partial<Subscriber>) {
  const delivery = givenDelivery(t);
  const { durationMs, ...outcome } = await delivery.attempt(givenSubscriber(url, changes), givenMessage(), none);
  return outcome;
}

test('plain http goes to the proxy with its whole URL, and names are left to it', async (t) => {
  const proxy = await startForwardProxy(t);
  const receiver = await startPlainReceiver(t);
  const url = `http://billing.invalid:${receiver.port}/hook?x=1#there`;
  assert.deepEqual(await attempted(t, url, { proxy: proxy.url }), { kind: 'delivered', status: 200 });
  assert.deepEqual(proxy.seen, [`POST http://billing.invalid:${receiver.port}/hook?x=1`]);
  assert.equal(receiver.received[0]?.path, '/hook?x=1');
  assert.equal(receiver.received[0]?.headers.host, `billing.invalid:${receiver.port}`);
});

test("credentials of the subscriber's URL are for the subscriber", async (t) => {
  const proxy = await startForwardProxy(t);
  const receiver = await startPlainReceiver(t);
  await attempted(t, `http://me:secret@billing.invalid:${receiver.port}/`, { proxy: proxy.url });
  assert.deepEqual(proxy.seen, [`POST http://billing.invalid:${receiver.port}/`]);
  assert.equal(receiver.received[0]?.headers.authorization, `Basic ${btoa('me:secret')}`);
});

test('https goes through a tunnel, and who is at its end has to prove it', async (t) => {
  const proxy = await startForwardProxy(t);
  const { port, received } = await startSecureReceiver(t);
  const delivered = await attempted(t, `https://billing.test:${port}/hook`, { proxy: proxy.url, tls });
  assert.deepEqual(delivered, { kind: 'delivered', status: 200 });
  assert.deepEqual(proxy.seen, [`CONNECT billing.test:${port}`]);
  assert.deepEqual(received, ['POST /hook']);
  const another = await attempted(t, `https://another.test:${port}/`, { proxy: proxy.url, tls });
  assert.deepEqual(another, { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  const unknown = await attempted(t, `https://billing.test:${port}/`, { proxy: proxy.url });
  assert.equal(unknown.kind, 'tls');
});

for (const secure of [false, true]) {
  const kind = secure ? 'a proxy over TLS' : 'a proxy';

  test(`${kind} is shown its password, and the subscriber is not`, async (t) => {
    const proxy = await startForwardProxy(t, { credentials: 'relay:pass word', secure });
    const url = proxy.url.replace(' ', '%20');
    const receiver = await startPlainReceiver(t);
    const { port } = await startSecureReceiver(t);
    for (const target of [`http://billing.test:${receiver.port}`, `https://billing.test:${port}`])
      assert.deepEqual(await attempted(t, target, { proxy: url, tls }), { kind: 'delivered', status: 200 });
    assert.equal('proxy-authorization' in (receiver.received[0]?.headers ?? {}), false);
    assert.equal(proxy.headers[1]?.['content-type'], undefined);
  });

  test(`${kind} that wants another password is unreachable`, async (t) => {
    const proxy = await startForwardProxy(t, { credentials: 'relay:right', secure });
    const receiver = await startPlainReceiver(t);
    const { port } = await startSecureReceiver(t);
    for (const url of [proxy.url.replace('right', 'wrong'), proxy.url.replace('relay:right@', '')])
      for (const target of [`http://billing.test:${receiver.port}`, `https://billing.test:${port}`])
        assert.deepEqual(await attempted(t, target, { proxy: url, tls }), { kind: 'unreachable', code: 'ERR_PROXY' });
    assert.equal(receiver.received.length, 0);
  });

  test(`connections through ${kind} are kept`, async (t) => {
    const proxy = await startForwardProxy(t, { secure });
    const receiver = await startPlainReceiver(t);
    const { port } = await startSecureReceiver(t);
    const delivery = givenDelivery(t);
    for (const target of [`http://billing.test:${receiver.port}`, `https://billing.test:${port}`]) {
      const subscriber = givenSubscriber(target, { proxy: proxy.url, tls });
      for (let count = 0; count < 3; count += 1) await delivery.attempt(subscriber, givenMessage(), none);
    }
    assert.equal(proxy.open(), 2);
    delivery.close();
    await eventually('both are closed', () => proxy.open() === 0);
  });
}

test('a 407 without a proxy is what the subscriber answered', async (t) => {
  const receiver = await startPlainReceiver(t, { status: 407 });
  assert.deepEqual(await attempted(t, receiver.url, {}), { kind: 'refused', status: 407 });
});

const refusals = {
  'a proxy that answers 502': 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 100000\r\n\r\n',
  'a proxy that answers 410': 'HTTP/1.1 410 Gone\r\n\r\n',
  'a proxy that redirects': 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\n',
  'a proxy that does not speak HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'a proxy with a head without end': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`,
  'a proxy that hangs up': '',
};
for (const [name, refuse] of Object.entries(refusals)) {
  test(`${name} is unreachable, and its answer is not the subscriber's`, async (t) => {
    const proxy = await startForwardProxy(t, { refuse });
    const outcome = await attempted(t, 'https://billing.test', { proxy: proxy.url });
    assert.deepEqual(outcome, { kind: 'unreachable', code: 'ERR_PROXY' });
    await eventually('no connection is left', () => proxy.open() === 0);
  });
}

test('a proxy that nobody listens at is unreachable', async (t) => {
  const proxy = `http://127.0.0.1:${await freePort()}`;
  for (const url of ['http://billing.test', 'https://billing.test'])
    assert.deepEqual(await attempted(t, url, { proxy }), { kind: 'unreachable', code: 'ERR_PROXY' });
});

test('a proxy whose name does not exist is unreachable', async (t) => {
  const outcome = await attempted(t, 'https://billing.test', { proxy: 'http://nobody.invalid:3128' });
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'ERR_PROXY' });
});

test('a proxy whose certificate nobody vouches for is unreachable', async (t) => {
  const proxy = await startForwardProxy(t, { secure: true });
  const outcome = await attempted(t, 'https://billing.test', { proxy: proxy.url });
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'ERR_PROXY' });
});

for (const scheme of ['http', 'https']) {
  test(`a ${scheme} proxy that never answers costs no more than the time to connect`, async (t) => {
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    let open = 0;
    silent.on('connection', (socket) => {
      open += 1;
      socket.on('error', () => undefined).on('close', () => (open -= 1));
      socket.resume();
    });
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const changes = { proxy: `${scheme}://127.0.0.1:${port}`, connectTimeoutMs: 50 };
    const outcome = await attempted(t, 'https://billing.test', changes);
    assert.deepEqual(outcome, { kind: 'timeout', code: 'ERR_CONNECT_TIMEOUT' });
    await eventually('the connection is closed', () => open === 0);
  });
}

test('the address of a proxy is judged, and that of a subscriber where it is written', async (t) => {
  const proxy = await startForwardProxy(t);
  const refused = { kind: 'unreachable', code: 'ERR_ADDRESS_REFUSED' };
  const internet = { allowPrivate: false, deny: [], allow: [] };
  for (const scheme of ['http', 'https']) {
    const named = `${scheme}://billing.test:${proxy.port}`;
    assert.deepEqual(await attempted(t, named, { proxy: proxy.url, network: internet }), refused);
    const local = proxy.url.replace('127.0.0.1', 'localhost');
    assert.deepEqual(await attempted(t, named, { proxy: local, network: internet }), refused);
    const literal = `${scheme}://169.254.169.254:${proxy.port}`;
    assert.deepEqual(await attempted(t, literal, { proxy: proxy.url }), refused);
  }
  assert.deepEqual(proxy.seen, []);
  const network = { ...internet, allow: ['127.0.0.1'] };
  const { port } = await startSecureReceiver(t);
  const outcome = await attempted(t, `https://billing.test:${port}`, { proxy: proxy.url, network, tls });
  assert.equal(outcome.kind, 'delivered');
});
