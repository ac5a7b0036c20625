import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { eventually, freePort, type RedisOptions, startFaultProxy, startRedis } from '@relay/testkit';
import { readAll, startLoad } from './load.ts';
import { configurationOf, reader, startIngest } from './station.ts';

/** Lines beside one for each callback, however long a fault lasts. */
const mostLines = 20;

/** A machine that has no time for Redis or ingest for a while makes a slow Redis slower; so large a part may be spooled then. */
const mostSpooled = 0.05;

/** An ingest under load that reaches its Redis through a proxy. */
async function givenLoad(t: TestContext, options: RedisOptions = {}) {
  const redis = await startRedis(options);
  t.after(() => redis.stop());
  const proxy = await startFaultProxy(redis);
  t.after(() => proxy.close());
  const station = await startIngest(t, configurationOf(`redis://${proxy.host}`));
  await eventually('callbacks are kept in Redis', async () => (await station.keeps()) === 'in Redis');
  const load = startLoad(station);
  t.after(load.stop);
  await load.more('before');
  const { client, unread } = reader(t, redis.url);

  /** Nothing was refused, nothing is lost or doubled, and the log stayed short. */
  const assertUnharmed = async () => {
    await load.more('afterwards');
    await load.stop();
    await eventually('all is in Redis', async () => {
      const { keeps, spooled } = await station.ready();
      return keeps === 'in Redis' && (spooled as { messages: number }).messages === 0;
    });
    assert.deepEqual(load.statuses(), [200]);
    assert.deepEqual((await readAll(unread)).sort(), load.sent.sort());
    const others = station.lines.filter(({ msg }) => msg !== 'message.received');
    assert.ok(others.length < mostLines, others.map(({ msg }) => msg).join());
  };
  return { redis, proxy, station, load, client, assertUnharmed };
}

suite('faults', { concurrency: true }, () => {
  test('connections are reset again and again', async (t) => {
    const { proxy, load, assertUnharmed } = await givenLoad(t);
    await proxy.resetEvery(250);
    await load.more('meanwhile', 1_500);
    await proxy.heal();
    await assertUnharmed();
  });

  test('everything that Redis answers takes 500 ms: nearly all callbacks go to the log all the same', async (t) => {
    const { proxy, station, load, assertUnharmed } = await givenLoad(t);
    await proxy.latency(250);
    await load.more('meanwhile', 40);
    await proxy.heal();
    await assertUnharmed();
    const spooled = station.linesOf('message.received').filter((line) => line.spooled);
    assert.ok(spooled.length < load.sent.length * mostSpooled, `${spooled.length} of ${load.sent.length} were spooled`);
  });

  test('what is sent to Redis vanishes, and so do its answers', async (t) => {
    const { proxy, load, assertUnharmed } = await givenLoad(t);
    await proxy.blackHole();
    await load.more('meanwhile');
    await proxy.heal();
    await assertUnharmed();
  });

  test('Redis has become a replica, and is the primary again', async (t) => {
    const { load, client, assertUnharmed } = await givenLoad(t);
    await client.replicaof('127.0.0.1', await freePort());
    await load.more('meanwhile', 500);
    await client.replicaof('NO', 'ONE');
    await assertUnharmed();
  });

  test('Redis has no memory left, and gets some', async (t) => {
    const { load, client, assertUnharmed } = await givenLoad(t);
    await client.config('SET', 'maxmemory', '1');
    await load.more('meanwhile', 500);
    await client.config('SET', 'maxmemory', '0');
    await assertUnharmed();
  });

  test('Redis has forgotten its scripts', async (t) => {
    const { load, client, station, assertUnharmed } = await givenLoad(t);
    for (let turn = 0; turn < 5; turn += 1) {
      await client.script('FLUSH');
      await load.more('meanwhile', 50);
    }
    await assertUnharmed();
    assert.deepEqual(station.linesOf('redis.away'), []);
  });

  test('Redis was killed, and takes its time to load its data', async (t) => {
    // So many microseconds for each command that it loads; after each thousand it says that it is still loading.
    const args = ['--key-load-delay', '400'];
    const { redis, load, client, assertUnharmed } = await givenLoad(t, { appendFsync: 'always', args });
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => client.set(`filler:${n}`, '')));
    await redis.kill();
    const back = redis.restart();
    await load.more('meanwhile', 500);
    await back;
    await assertUnharmed();
  });
});
