import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { eventually, freePort, startRedis } from '@relay/testkit';
import {
  callback,
  carrier,
  configurationOf,
  post,
  problemOf,
  type Station,
  startIngest,
  startStation,
} from './station.ts';

async function assertNotKept(station: Pick<Station, 'url' | 'isReady'>): Promise<void> {
  const response = await post(station.url + carrier.path, callback());
  assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
  assert.deepEqual(await problemOf(response), [503, 'not-kept']);
  assert.equal(await station.isReady(), false);
}

/** Waits until a callback is taken again. */
async function eventuallyKept(station: Pick<Station, 'url' | 'isReady'>, body = callback()): Promise<void> {
  await eventually(
    'a callback is kept again',
    async () => (await post(station.url + carrier.path, body)).status === 200,
  );
  assert.equal(await station.isReady(), true);
}

/** A request of which so much of the body is here, and no more comes. */
async function beginBody(url: string, bytes: number, headers: Record<string, string | number>): Promise<ClientRequest> {
  const half = request(url + carrier.path, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
  half.on('error', () => {});
  half.flushHeaders();
  await once(half, 'continue');
  if (bytes > 0) await new Promise((resolve) => half.write('x'.repeat(bytes), resolve));
  return half;
}

/** Two requests at once, and the end of the connection before either is answered. */
async function hangUpWithTwo(url: string): Promise<void> {
  const body = callback({ padding: 'x'.repeat(30_000) });
  const head = `POST ${carrier.path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await new Promise((resolve) => socket.write(`${head}${body}`.repeat(2), resolve));
  socket.destroy();
  await once(socket, 'close');
}

suite('503', () => {
  test('Redis was never reached', async (t) => {
    const address = `127.0.0.1:${await freePort()}`;
    const ingest = await startIngest(t, configurationOf(`redis://:a-word-nobody-knows@${address}`));
    await assertNotKept(ingest);
    await eventually('it is said', () => ingest.linesOf('redis.away').length === 1);
    assert.deepEqual(await ingest.ready(), {
      ready: false,
      redis: `Redis refuses connections at ${address}: is it running there, and is that the address it is to have?`,
      configuration: 'not applied to Redis yet',
      listening: [new URL(ingest.url).host],
    });
    assert.doesNotMatch(JSON.stringify(ingest.lines), /nobody-knows/);
  });

  test('Redis is frozen: the answer comes while it still is, and messages are kept again afterwards', async (t) => {
    const station = await startStation(t);
    station.redis.pause();
    t.after(() => station.redis.resume());
    await assertNotKept(station);
    await Promise.all(Array.from({ length: 50 }, () => assertNotKept(station)));
    assert.match(await station.metrics(), /^relay_redis_reachable 0$/m);
    station.redis.resume();
    await eventuallyKept(station);
    assert.equal(station.linesOf('redis.away').length, 1, 'an outage is said once');
    assert.deepEqual(station.linesOf('message.refused'), []);
    assert.equal(station.linesOf('redis.reached').length, 2);
  });

  test('Redis dies, and comes back empty: what is kept then is seen by every subscriber', async (t) => {
    const station = await startStation(t);
    await station.redis.kill();
    await assertNotKept(station);
    await station.redis.restart();
    const body = callback({ requestId: 'after the outage' });
    await eventuallyKept(station, body);
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('Redis asks for a password', async (t) => {
    const redis = await startRedis({ args: ['--requirepass', 'sesame'] });
    t.after(() => redis.stop());
    const without = await startIngest(t, configurationOf(redis.url));
    await eventually('it is said', () => without.linesOf('redis.away').length > 0);
    await assertNotKept(without);
    assert.match(JSON.stringify(without.linesOf('redis.away')), /asks for a password/);

    const wrong = await startIngest(t, configurationOf(redis.url.replace('//', '//:wrong-word@')));
    await eventually('it is said', () => wrong.linesOf('redis.away').length > 0);
    await assertNotKept(wrong);
    assert.match(JSON.stringify(wrong.linesOf('redis.away')), /refuses the user or password/);
    assert.doesNotMatch(JSON.stringify([wrong.lines, await wrong.ready()]), /wrong-word/);
  });

  test('Redis is a read-only replica', async (t) => {
    const station = await startStation(t);
    await station.client.replicaof('127.0.0.1', await freePort());
    await assertNotKept(station);
    await eventually('the reason is known', async () =>
      /read-only replica/.test(JSON.stringify(await station.ready())),
    );
    await station.client.replicaof('NO', 'ONE');
    await eventuallyKept(station);
  });

  test('Redis is full', async (t) => {
    const station = await startStation(t);
    await station.client.config('SET', 'maxmemory', '1');
    await assertNotKept(station);
    assert.match(JSON.stringify(await station.ready()), /is full/);
    await station.client.config('SET', 'maxmemory', '0');
    await eventuallyKept(station);
  });

  test('bodies that are announced and do not come take no room', async (t) => {
    const station = await startStation(t);
    const halves = Array.from({ length: 300 }, () => beginBody(station.url, 0, { 'content-length': 1_048_576 }));
    await Promise.all(halves);
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    for (const half of halves) (await half).destroy();
  });

  test('more bodies at once than memory is for, until one of them ends', async (t) => {
    const station = await startStation(t, {}, { bodyRoomBytes: 100_000 });
    const halves = await Promise.all([
      beginBody(station.url, 45_000, { 'content-length': 1_000_000 }),
      beginBody(station.url, 45_000, { 'transfer-encoding': 'chunked' }),
    ]);
    const large = callback({ padding: 'x'.repeat(20_000) });
    await eventually('there is no room left', async () => {
      const response = await post(station.url + carrier.path, large);
      if (response.status === 200) return false;
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
      assert.deepEqual(await problemOf(response), [503, 'not-kept']);
      return true;
    });
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    assert.equal((await fetch(station.url + carrier.path)).status, 200);
    halves[0].destroy();
    await eventuallyKept(station, large);
    halves[1].destroy();
  });

  test('who hangs up, at whatever moment, leaves all the room behind', async (t) => {
    const bodyRoomBytes = 100_000;
    const station = await startStation(t, {}, { bodyRoomBytes });
    for (let n = 0; n < 50; n += 1) {
      const half = await beginBody(station.url, 30_000, { 'content-length': 40_000 });
      half.destroy();
    }
    const refused = Array.from({ length: 20 }, () => post(station.url + carrier.path, 'x'.repeat(50_000)));
    await Promise.all(refused);
    // The second of two requests on one connection waits for the answer to the first when the connection ends.
    station.redis.pause();
    t.after(() => station.redis.resume());
    for (let n = 0; n < 5; n += 1) await hangUpWithTwo(station.url);
    station.redis.resume();
    await eventuallyKept(station, callback({ padding: 'x'.repeat(bodyRoomBytes - 1_000) }));
  });

  test('nothing is kept before the configuration is applied, even in a log that is there', async (t) => {
    const first = await startStation(t);
    await first.close();
    await first.client.config('SET', 'maxmemory', '1');
    const ingest = await startIngest(t, first.configuration);
    await eventually('Redis is reached', () => ingest.linesOf('redis.away').length > 0);
    await assertNotKept(ingest);
    assert.match(JSON.stringify(await ingest.ready()), /not applied to Redis yet/);
    await first.client.config('SET', 'maxmemory', '0');
    await eventuallyKept(ingest);
    assert.equal((await first.unread()).length, 1);
  });

  test('a Redis that throws messages away when it is full is warned of in a sentence', async (t) => {
    const { linesOf } = await startStation(t, {}, { redisArgs: ['--maxmemory-policy', 'allkeys-lru'] });
    const line = await eventually('it is said', () => linesOf('redis.warning')[0]);
    assert.match(String(line.reason), /maxmemory-policy allkeys-lru.*noeviction/);
  });
});
