import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually, temporaryFolder } from '@relay/testkit';
import { givenDrain, recordOf, usage } from './draining.ts';
import { billing, callback, carrier, post, startStation } from './station.ts';

suite('nearly full', () => {
  test('above the ceiling messages go to the spool, and stay there until there is room', async (t) => {
    const station = await startStation(t);
    const { client } = station;
    await fill(station);
    const body = callback({ requestId: 'while it is nearly full' });
    assert.equal((await post(station.url + carrier.path, body)).status, 200);
    assert.equal(await client.xlen(`relay:{${carrier.name}}:log`), 0);
    const { keeps, ready, redis } = await station.ready();
    assert.deepEqual([keeps, ready], ['in the spool', true]);
    assert.match(String(redis), /more than 85 % of its maxmemory/);
    assert.match(await station.metrics(), /^relay_redis_memory_ratio 0\.(8[5-9]|9)/m);
    assert.match(await station.metrics(), /^relay_redis_reachable 1$/m);

    await client.config('SET', 'maxmemory', '0');
    await eventually('it is drained', () => station.linesOf('spool.drained').length === 1);
    assert.equal(station.linesOf('redis.roomy').length, 1);
    assert.deepEqual(station.linesOf('redis.away'), []);
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('above the ceiling, and the spool is full: messages go to Redis all the same, and /ready says so', async (t) => {
    const station = await startStation(t, { ingest: { spool: { directory: temporaryFolder(), maxBytes: 1 } } });
    await fill(station);
    const bodies = ['first', 'second'].map((requestId) => callback({ requestId }));
    for (const body of bodies) assert.equal((await post(station.url + carrier.path, body)).status, 200);
    const { keeps, ready, redis, spool } = await station.ready();
    assert.deepEqual([keeps, ready], ['in Redis', true]);
    assert.match(String(redis), /more than 85 % of its maxmemory/);
    assert.match(String(spool), /is full/);
    assert.deepEqual((await station.unread()).map(String), bodies);
    assert.equal(station.linesOf('spool.trouble').length, 1);

    await station.redis.kill();
    assert.equal((await post(station.url + carrier.path, callback())).status, 503);
    const { keeps: nowhere, ready: not } = await station.ready();
    assert.deepEqual([nowhere, not], ['nowhere', false]);
  });

  test('where one node of several is nearly full, the messages for it wait, and nobody behind them does', async (t) => {
    let roomy = [carrier.name];
    const { spools, drain, unread } = await givenDrain(t, { logTakes: (endpoint) => roomy.includes(endpoint) });
    for (let n = 0; n < 10; n += 1) for (const { name } of [usage, carrier]) await spools.spool.append(recordOf(name));
    drain.wake();
    await eventually('the spool is drained', () => spools.spool.depth().messages === 0);
    assert.equal((await unread()).length, 10);
    assert.equal(spools.asides.depth().messages, 10);
    assert.equal((await unread(billing.name, usage.name)).length, 0);
    roomy = [carrier.name, usage.name];
    await eventually(
      'nothing waits any more',
      () => spools.spool.depth().messages + spools.asides.depth().messages === 0,
    );
    assert.equal((await unread(billing.name, usage.name)).length, 10);
  });
});

/** So that what is left of memory takes some messages. */
const fillerBytes = 8 * 1024 * 1024;

/** Until Redis uses 90 % of its memory, and ingest knows. */
async function fill({ client, linesOf }: Awaited<ReturnType<typeof startStation>>): Promise<void> {
  await client.setrange('filler', fillerBytes, 'x');
  const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
  await client.config('SET', 'maxmemory', String(Math.round(used / 0.9)));
  await eventually('it is known', () => linesOf('redis.nearly-full').length === 1);
}
