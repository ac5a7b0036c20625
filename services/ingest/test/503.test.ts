import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { eventually, temporaryFolder } from '@relay/testkit';
import { callback, carrier, post, problemOf, putFileInPlaceOf, type Station, startStation } from './station.ts';

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
  test('Redis is away, and the spool is full, until Redis is back', async (t) => {
    const station = await startStation(t, { ingest: { spool: { directory: temporaryFolder(), maxBytes: 5_000 } } });
    await station.redis.kill();
    const taken = new Set<string>();
    for (let n = 0; n < 50; n += 1) {
      const body = callback({ requestId: String(n) });
      if ((await post(station.url + carrier.path, body)).status === 200) taken.add(body);
      else await assertNotKept(station);
    }
    assert.ok(taken.size > 1 && taken.size < 50, `${taken.size} fit`);
    assert.equal((await station.ready()).keeps, 'nowhere');
    assert.match(String((await station.ready()).spool), /^The spool in .* is full: .*ingest\.spool\.max/);
    assert.equal(station.linesOf('spool.trouble').length, 1, 'an outage is said once');
    assert.deepEqual(station.linesOf('message.refused'), []);
    await station.redis.restart();
    await eventually('it is drained', () => station.linesOf('spool.drained').length === 1);
    assert.deepEqual(new Set((await station.unread()).map(String)), taken);
    await eventuallyKept(station);
    assert.equal((await station.ready()).spool, 'takes messages');
  });

  test('Redis is away, and the disk takes nothing, until it does', async (t) => {
    const directory = join(temporaryFolder(), 'spool');
    const station = await startStation(t, { ingest: { spool: { directory, maxBytes: 1_048_576 } } });
    await station.redis.kill();
    await putFileInPlaceOf(directory);
    await assertNotKept(station);
    await Promise.all(Array.from({ length: 20 }, () => assertNotKept(station)));
    assert.equal(station.linesOf('spool.trouble').length, 1, 'an outage is said once');
    rmSync(directory);
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    assert.equal((await station.ready()).keeps, 'in the spool');
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

  test('a Redis that throws messages away when it is full, and has no file, is warned of in a sentence each', async (t) => {
    const { linesOf, metrics } = await startStation(t, {}, { redisArgs: ['--maxmemory-policy', 'allkeys-lru'] });
    const [first, second] = await eventually('both are said', () => {
      const lines = linesOf('redis.warning');
      return lines.length === 2 ? lines : undefined;
    });
    assert.match(String(first?.reason), /maxmemory-policy allkeys-lru.*noeviction/);
    assert.match(String(second?.reason), /no append-only file/);
    assert.match(await metrics(), /^relay_redis_warnings 2$/m);
  });
});
