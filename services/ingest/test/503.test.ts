import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
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

suite('503', () => {
  test('Redis was never reached', async (t) => {
    const ingest = await startIngest(t, configurationOf(`redis://127.0.0.1:${await freePort()}`));
    await assertNotKept(ingest);
    await eventually('it is said', () => ingest.linesOf('redis.away').length === 1);
    assert.deepEqual(await ingest.ready(), {
      ready: false,
      redis: 'Redis refuses connections: is it running at the address of the redis URL?',
      configuration: 'not applied to Redis yet',
      listening: [new URL(ingest.url).host],
    });
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

  test('more bodies at once than memory is for, until one of them ends', async (t) => {
    const maxBodyBytes = 64 * 1024 * 1024;
    const station = await startStation(t, { ingest: { maxBodyBytes } });
    const beginBody = async (headers: Record<string, string | number>) => {
      const half = request(station.url + carrier.path, {
        method: 'POST',
        headers: { ...headers, expect: '100-continue' },
      });
      half.on('error', () => {});
      half.flushHeaders();
      await once(half, 'continue');
      return half;
    };
    const halves = await Promise.all([
      beginBody({ 'content-length': maxBodyBytes }),
      beginBody({ 'content-length': maxBodyBytes }),
      beginBody({ 'transfer-encoding': 'chunked' }),
      beginBody({ 'content-length': maxBodyBytes }),
    ]);
    const response = await post(station.url + carrier.path, callback());
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
    assert.deepEqual(await problemOf(response), [503, 'not-kept']);
    assert.equal((await fetch(station.url + carrier.path)).status, 200);
    const [first, ...others] = halves;
    first.destroy();
    await eventuallyKept(station);
    for (const half of others) half.destroy();
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
    const { linesOf } = await startStation(t, {}, ['--maxmemory-policy', 'allkeys-lru']);
    const line = await eventually('it is said', () => linesOf('redis.warning')[0]);
    assert.match(String(line.reason), /maxmemory-policy allkeys-lru.*noeviction/);
  });
});
