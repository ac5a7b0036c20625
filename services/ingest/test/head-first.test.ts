import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { suite, test } from 'node:test';
import type { Endpoint, Verify } from '@relay/core';
import { statusesOf } from './raw-connection.ts';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

const token = 'token-nobody-knows';

function endpointWith(name: string, verify: Partial<Verify>): Endpoint {
  return { ...carrier, name, path: `/${name}`, verify: { ...carrier.verify, ...verify } };
}

/** Each asks for something that the head of a request shows; the codes are those of one that does not show it. */
const refusing = [
  { endpoint: endpointWith('allow', { allow: ['192.0.2.1'] }), status: 403 },
  { endpoint: endpointWith('bearer', { bearer: [token] }), status: 401 },
  { endpoint: endpointWith('basic', { basic: [{ username: 'relay', password: token }] }), status: 401 },
  { endpoint: endpointWith('header', { header: { name: 'x-secret', secrets: [token] } }), status: 401 },
  { endpoint: endpointWith('query', { query: { name: 'token', secrets: [token] } }), status: 401 },
  { endpoint: endpointWith('path', { path: [token] }), status: 401 },
];
const endpoints = refusing.map(({ endpoint }) => endpoint);
const length = 'content-length: 1048576';

suite('head first', () => {
  test('what the head shows to be refused is not waited for, and its connection ends', async (t) => {
    const { url, metrics } = await startStation(t, { endpoints, subscribers: [] });
    const asking = refusing.flatMap(({ endpoint, status }) =>
      [length, 'transfer-encoding: chunked'].map(async (framing) => {
        const head = `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\n${framing}\r\n\r\n`;
        assert.deepEqual(await statusesOf(url, head), [status], endpoint.name);
      }),
    );
    await Promise.all(asking);
    assert.match(await metrics(), /relay_received_total\{endpoint="allow",result="address-not-allowed"\} 2/);
  });

  test('so many of these as memory would be for leave room for a genuine callback', async (t) => {
    const { url } = await startStation(
      t,
      { endpoints: [...endpoints, carrier], subscribers: [] },
      { bodyRoomBytes: 50_000 },
    );
    const head = `POST /bearer HTTP/1.1\r\nhost: x\r\n${length}\r\n\r\n${'x'.repeat(20_000)}`;
    const senders = Array.from({ length: 20 }, () => statusesOf(url, head));
    const padding = 'x'.repeat(40_000);
    assert.equal((await post(url + carrier.path, callback({ padding }))).status, 200);
    await Promise.all(senders);
  });

  test('a sender is answered on a connection that stays open when its body is small, as often as it likes', async (t) => {
    const { url, unread } = await startStation(t, {
      endpoints: [{ ...carrier, verify: { ...carrier.verify, bearer: [token] } }],
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const send = async (authorization: string, body: string) => {
      const sent = request(url + carrier.path, { method: 'POST', agent, headers: { authorization } }).end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { localPort } = response.socket;
      response.resume();
      await once(response, 'end');
      return [response.statusCode, localPort];
    };
    const [, connection] = await send('none', callback());
    for (let n = 0; n < 20; n += 1) {
      assert.deepEqual(await send('none', callback({ padding: 'x'.repeat(n * 3_000) })), [401, connection]);
      assert.deepEqual(await send(`Bearer ${token}`, callback({ n })), [200, connection]);
    }
    assert.equal((await unread()).length, 20);
  });

  test('a sender of a body that nobody reads is answered all the same', async (t) => {
    const { url } = await startStation(t, { endpoints, subscribers: [] });
    const body = 'x'.repeat(60_000);
    for (const { endpoint, status } of refusing) {
      for (const sent of [body, new Blob([body]).stream()]) {
        const init = { method: 'POST', body: sent, duplex: 'half' } as const;
        const [seen] = await problemOf(await fetch(url + endpoint.path, init));
        assert.equal(seen, status);
      }
    }
  });

  test('the head alone admits nobody: what the body has to show is asked for', async (t) => {
    const { url } = await startStation(t, {
      endpoints: [endpointWith('query', { query: { name: 'token', secrets: [token] } })],
    });
    const to = `${url}/query?token=${token}`;
    assert.deepEqual(await problemOf(await post(to, callback({ password: 'wrong' }))), [401, 'unauthorized']);
    assert.equal((await post(to, callback())).status, 200);
  });
});
