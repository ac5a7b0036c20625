import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { callback, carrier, post, startIngest, startStation } from './station.ts';

suite('shutdown', () => {
  test('a callback that is on its way in is kept and answered, on a connection that then ends; others are not taken', async (t) => {
    const station = await startStation(t);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const body = callback({ requestId: 'on its way' });
    const half = request(station.url + carrier.path, {
      method: 'POST',
      agent,
      headers: { 'content-length': body.length, expect: '100-continue' },
    });
    half.flushHeaders();
    await once(half, 'continue');

    const closed = station.close();
    await assert.rejects(post(station.url + carrier.path, callback()));
    half.end(body);
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers.connection, 'close');
    response.resume();
    await closed;
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('a connection at rest does not hold it up', async (t) => {
    const station = await startStation(t);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const done = request(station.url + carrier.path, { agent }).end();
    const [response] = (await once(done, 'response')) as [IncomingMessage];
    response.resume();
    await eventually('the connection rests', () => Object.values(agent.freeSockets).length === 1);
    await station.close();
  });

  test('a callback that is on its way in while Redis is frozen is spooled, and in the log after the next start', async (t) => {
    const station = await startStation(t);
    station.redis.pause();
    t.after(() => station.redis.resume());
    const body = callback({ requestId: 'on its way' });
    const half = request(station.url + carrier.path, {
      method: 'POST',
      headers: { 'content-length': body.length, expect: '100-continue' },
    });
    half.flushHeaders();
    await once(half, 'continue');
    const closed = station.close();
    half.end(body);
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    response.resume();
    await closed;
    station.redis.resume();
    const next = await startIngest(t, station.configuration);
    await eventually('it is drained', () => next.linesOf('spool.drained').length === 1);
    assert.deepEqual((await station.unread()).map(String), [body]);
  });
});
