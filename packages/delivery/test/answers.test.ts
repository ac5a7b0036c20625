import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { none } from '@relay/core';
import { type Answering, type Reply, startReceiver } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

async function attempted(t: TestContext, reply: Reply | Answering, body?: Buffer) {
  const receiver = await startReceiver(typeof reply === 'function' ? reply : () => reply);
  t.after(() => receiver.close());
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(
    givenSubscriber(`${receiver.url}/hook?x=1`),
    givenMessage(body && { body }),
    none,
  );
  assert.ok(durationMs >= 0);
  return { outcome, receiver };
}

test('a 200 is delivered, by POST to the path and query of the URL', async (t) => {
  const { outcome, receiver } = await attempted(t, { status: 200, body: 'ok' });
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
  assert.equal(receiver.received[0]?.method, 'POST');
  assert.equal(receiver.received[0]?.path, '/hook?x=1');
});

for (const method of ['PUT', 'PATCH'] as const) {
  test(`a subscriber that wants ${method} gets it, with the body`, async (t) => {
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const outcome = await givenDelivery(t).attempt(givenSubscriber(receiver.url, { method }), givenMessage(), none);
    assert.equal(outcome.kind, 'delivered');
    assert.equal(receiver.received[0]?.method, method);
    assert.deepEqual(receiver.received[0]?.body, givenMessage().body);
  });
}

test('a 204 is delivered', async (t) => {
  assert.deepEqual((await attempted(t, { status: 204 })).outcome, { kind: 'delivered', status: 204 });
});

test('a redirect is refused and not followed', async (t) => {
  const { outcome, receiver } = await attempted(t, { status: 302, headers: { location: '/elsewhere' } });
  assert.deepEqual(outcome, { kind: 'refused', status: 302 });
  assert.deepEqual(
    receiver.received.map(({ path }) => path),
    ['/hook?x=1'],
  );
});

test('a 503 is refused with its Retry-After, and not tried again', async (t) => {
  const { outcome, receiver } = await attempted(t, { status: 503, headers: { 'retry-after': '7' } });
  assert.deepEqual(outcome, { kind: 'refused', status: 503, retryAfterMs: 7000 });
  assert.equal(receiver.received.length, 1);
});

test('a 410 is refused', async (t) => {
  assert.deepEqual((await attempted(t, { status: 410 })).outcome, { kind: 'refused', status: 410 });
});

test('an informational answer is passed over', async (t) => {
  const raw = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
  assert.deepEqual((await attempted(t, { raw })).outcome, { kind: 'delivered', status: 200 });
});

test('an answer that switches protocols is refused', async (t) => {
  const raw = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
  assert.deepEqual((await attempted(t, { raw })).outcome, { kind: 'refused', status: 101 });
});

test('an answer that only claims to be compressed is delivered', async (t) => {
  const { outcome } = await attempted(t, { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'not gzip' });
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
});

test('a 200 whose body breaks off is delivered', async (t) => {
  const { outcome } = await attempted(t, { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc' });
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
});

test('a 200 whose body is no HTTP is delivered', async (t) => {
  const { outcome } = await attempted(t, { raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense' });
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
});

const bodies: readonly [name: string, body: Buffer][] = [
  ['an empty body', Buffer.alloc(0)],
  ['a body with a byte order mark', Buffer.from('\ufeff{"a":1}')],
  ['a body that is not UTF-8', Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0])],
  ['a body of every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['a body of 1 MiB', Buffer.alloc(1024 * 1024, 'ä')],
];
for (const [name, body] of bodies) {
  test(`${name} goes out byte for byte`, async (t) => {
    const { receiver } = await attempted(t, { status: 200 }, body);
    assert.equal(receiver.received[0]?.body.equals(body), true);
    assert.equal(receiver.received[0]?.headers['content-length'], String(body.length));
  });
}
