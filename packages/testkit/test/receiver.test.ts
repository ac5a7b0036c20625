import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { type Answering, eventually, type Receiver, startReceiver } from '@relay/testkit';

async function receiverFor(context: TestContext, answering?: Answering): Promise<Receiver> {
  const receiver = await startReceiver(answering);
  context.after(receiver.close);
  return receiver;
}

const post = (url: string, body = 'x') => fetch(url, { method: 'POST', body });

test('a request is remembered with its bytes', async (context) => {
  const receiver = await receiverFor(context);
  const body = Buffer.from([0xff, 0x00, 0xfe]);
  const { status } = await fetch(`${receiver.url}/a?b=c`, { method: 'PUT', body, headers: { 'X-Note': '1' } });

  assert.equal(status, 200);
  const [request] = receiver.received;
  assert.equal(request?.method, 'PUT');
  assert.equal(request.path, '/a?b=c');
  assert.equal(request.headers['x-note'], '1');
  assert.deepEqual(request.body, body);
});

test('each request is answered as told, by its number or its content', async (context) => {
  const receiver = await receiverFor(context, (_, number) => ({ status: number === 1 ? 503 : 204 }));
  assert.equal((await post(receiver.url)).status, 503);
  assert.equal((await post(receiver.url)).status, 204);

  receiver.answer(({ body }) => ({ status: 418, headers: { 'retry-after': '7' }, body }));
  const answer = await post(receiver.url, 'echo');
  assert.equal(answer.status, 418);
  assert.equal(answer.headers.get('retry-after'), '7');
  assert.equal(await answer.text(), 'echo');
});

test('a hanging receiver has the request and does not answer', async (context) => {
  const receiver = await receiverFor(context, () => 'hang');
  const abort = new AbortController();
  const answer = fetch(receiver.url, { signal: abort.signal });
  await eventually('the request is there', () => receiver.received.length === 1);
  abort.abort();
  await assert.rejects(answer, { name: 'AbortError' });
});

test('a resetting receiver breaks the connection off', async (context) => {
  const receiver = await receiverFor(context, () => 'reset');
  const socket = connect(receiver.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const [error] = await once(socket, 'error');
  assert.equal(error.code, 'ECONNRESET');
});

test('raw bytes go out as they are', async (context) => {
  const receiver = await receiverFor(context, () => ({ raw: 'SMTP is this not\r\n' }));
  const socket = connect(receiver.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  assert.equal(await text(socket), 'SMTP is this not\r\n');
});

test('a trickling receiver comes to no end', async (context) => {
  const receiver = await receiverFor(context, () => ({ trickle: 'drop', everyMs: 1 }));
  const { body } = await fetch(receiver.url);
  const reader = body?.getReader();
  for (let drops = 0; drops < 3; drops += 1) assert.equal((await reader?.read())?.done, false);
  await reader?.cancel();
});

test('a sender that breaks off in the middle is no request', async (context) => {
  const receiver = await receiverFor(context);
  const socket = connect(receiver.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345');
  await eventually('the connection is there', () => receiver.connections === 1);
  socket.destroy();
  await post(receiver.url, 'whole');
  assert.deepEqual(
    receiver.received.map(({ body }) => body.toString()),
    ['whole'],
  );
});

test('a receiver comes back on the port it had', async (context) => {
  const first = await startReceiver();
  await first.close();
  const second = await startReceiver(undefined, { port: first.port });
  context.after(second.close);
  assert.equal(second.url, first.url);
});
