import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { stopListening } from '../src/stop-listening.ts';

suite('stop listening', () => {
  test('connections that the kernel has made and nobody has accepted yet are all answered; later ones are refused', async (t) => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    t.after(() => server.closeAllConnections());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const post = async () => {
      const posting = request({ host: '127.0.0.1', port, method: 'POST', agent: false }).end();
      const [response] = (await once(posting, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    // They all wait in the kernel by the time the event loop turns, which used to accept one of them and close the port.
    const answers = Promise.allSettled(Array.from({ length: 60 }, post));
    await stopListening(server);
    const results = (await answers).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code));
    assert.deepEqual(new Set(results), new Set([200]));
    await assert.rejects(post(), { code: 'ECONNREFUSED' });
  });
});
