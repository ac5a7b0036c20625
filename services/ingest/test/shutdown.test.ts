import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { suite, test } from 'node:test';
import { eventually, startRedis } from '@relay/testkit';
import { callback, carrier, configurationOf, reader, startIngest, startStation } from './station.ts';

/** The status, and what is said about the connection. */
async function postOver(agent: Agent, url: string, body: string): Promise<[number | undefined, string | undefined]> {
  const posting = request(url + carrier.path, { method: 'POST', agent, headers: { 'content-length': body.length } });
  posting.end(body);
  const [response] = (await once(posting, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return [response.statusCode, response.headers.connection];
}

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
    await eventually('the port is closed', () => assert.rejects(fetch(station.url)).then(() => true));
    half.end(body);
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers.connection, 'close');
    response.resume();
    await closed;
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('a connection at rest gets one more callback answered, and is then ended', async (t) => {
    const station = await startStation(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    await postOver(agent, station.url, callback());
    await eventually('the connection rests', () => Object.values(agent.freeSockets).length === 1);
    const closed = station.close();
    await eventually('the port is closed', () => assert.rejects(fetch(station.url)).then(() => true));
    assert.equal(await station.isReady(), false);
    const body = callback({ requestId: 'over the connection that rested' });
    assert.deepEqual(await postOver(agent, station.url, body), [200, 'close']);
    await closed;
    assert.deepEqual((await station.unread()).map(String), [callback(), body]);
  });

  test('a connection at rest over which nothing comes is ended after a moment, and at once when there is hurry', async (t) => {
    for (const end of ['close', 'hurry'] as const) {
      const station = await startStation(t);
      const agent = new Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      await postOver(agent, station.url, callback());
      await station[end]();
    }
  });

  test('it ends under load: not one callback that is on its way over an open connection is lost', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const first = await startIngest(t, configurationOf(redis.url));
    const second = await startIngest(t, configurationOf(redis.url));
    // What came before would be in the spool, and stay there until the next start.
    for (const { linesOf } of [first, second])
      await eventually('it keeps in the log', () => linesOf('configuration.applied').length === 1);
    const sent: string[] = [];
    const troubles: unknown[] = [];
    let posting = true;
    const vendors = Array.from({ length: 24 }, async (_, vendor) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      t.after(() => agent.destroy());
      let urls = [first.url, second.url];
      for (let n = 0; posting; n += 1) {
        const body = callback({ requestId: `${vendor}-${n}` });
        try {
          const [status] = await postOver(agent, urls[0] ?? '', body);
          if (status !== 200) troubles.push(status);
          sent.push(body);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') urls = [second.url];
          else troubles.push(error);
        }
      }
    });
    const sentMore = (what: string) => {
      const before = sent.length;
      return eventually(what, () => sent.length > before + 500);
    };
    await sentMore('callbacks come in before');
    await first.close();
    await sentMore('callbacks come in afterwards');
    posting = false;
    await Promise.all(vendors);
    assert.deepEqual(troubles, []);
    const { unread } = reader(t, redis.url);
    const read = [];
    for (let more = await unread(); more.length > 0; more = await unread()) read.push(...more.map(String));
    assert.deepEqual(read.sort(), sent.sort());
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
