import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { resetConnection } from '../src/index.ts';

test('the other side of a connection that is reset is told so', async (t) => {
  const [near, far] = await givenConnection(t);
  resetConnection(near);
  const [error] = await once(far, 'error');
  assert.equal(error.code, 'ECONNRESET');
});

// Used to stay open for ever without being seen anywhere, and the process did not end.
test('a connection that is just ending is closed by a reset all the same', async (t) => {
  const [near, far] = await givenConnection(t);
  const closed = once(near, 'close');
  near.end('last words');
  resetConnection(near);
  await closed;
  await once(far.resume(), 'end');
});

async function givenConnection(t: TestContext): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  t.after(() => far.destroy());
  const [near] = (await once(server, 'connection')) as [Socket];
  near.on('error', () => {});
  return [near, far];
}
