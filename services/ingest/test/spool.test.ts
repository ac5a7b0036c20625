import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { eventually, freePort, startProcess, startRedis, temporaryFolder } from '@relay/testkit';
import { readAll, startLoad } from './load.ts';
import {
  billing,
  callback,
  carrier,
  configurationOf,
  credentials,
  post,
  reader,
  type Station,
  startIngest,
  startStation,
} from './station.ts';

const usage: Endpoint = { ...carrier, name: 'thingspace-usage', path: '/thingspace/usage' };
const bothReceived = {
  endpoints: [carrier, usage],
  subscribers: [{ ...billing, endpoints: [carrier.name, usage.name] }],
};

/** A Redis that does not run yet, and ingest's configuration for it. */
async function givenAbsentRedis(t: TestContext, changes: Parameters<typeof configurationOf>[1] = {}) {
  const redis = await startRedis();
  t.after(() => redis.stop());
  await redis.kill();
  return { redis, configuration: configurationOf(redis.url, changes) };
}

async function assertSpooled(station: Pick<Station, 'url' | 'isReady' | 'keeps'>, body = callback()): Promise<void> {
  assert.equal((await post(station.url + carrier.path, body)).status, 200);
  assert.equal(await station.keeps(), 'in the spool');
  assert.equal(await station.isReady(), true);
}

async function eventuallyDrained({ linesOf, keeps }: Pick<Station, 'linesOf' | 'keeps'>, times = 1): Promise<void> {
  await eventually('the spool is drained', () => linesOf('spool.drained').length === times);
  await eventually('callbacks are kept in Redis', async () => (await keeps()) === 'in Redis');
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => callback({ requestId: String(n), callbackCount: 1 }));

suite('spool', () => {
  test('Redis was never there: callbacks are taken, and are in the log in their order, once, when it comes', async (t) => {
    const { redis, configuration } = await givenAbsentRedis(t);
    const url = redis.url.replace('//', '//:a-word-nobody-knows@');
    const ingest = await startIngest(t, { ...configuration, redis: { url, replicas: 0, fsync: false } });
    const bodies = numbered(150);
    for (const body of bodies) assert.equal((await post(ingest.url + carrier.path, body)).status, 200);
    await eventually('it is said', () => ingest.linesOf('redis.away').length === 1);
    const { spooled, ...ready } = await ingest.ready();
    assert.deepEqual(ready, {
      ready: true,
      keeps: 'in the spool',
      redis: `Redis refuses connections at 127.0.0.1:${redis.port}: is it running there, and is that the address it is to have?`,
      spool: 'takes messages',
      configuration: 'not applied to Redis yet',
      listening: [new URL(ingest.url).host],
    });
    assert.equal((spooled as { messages: number }).messages, bodies.length);
    const page = await ingest.metrics();
    assert.match(page, /^relay_spool_messages 150$/m);
    assert.match(page, /^relay_received_total\{endpoint="thingspace-carrier",result="spooled"\} 150$/m);
    const [line] = ingest.linesOf('message.received');
    assert.deepEqual([line?.spooled, line?.id, line?.correlationId], [true, undefined, '0']);
    assert.doesNotMatch(JSON.stringify(ingest.lines), /nobody-knows/);
    await ingest.hurry();

    await redis.restart();
    const next = await startIngest(t, configuration);
    await eventuallyDrained(next);
    assert.deepEqual((await reader(t, redis.url).unread()).map(String), bodies);
    assert.deepEqual(
      [...next.linesOf('spool.draining'), ...next.linesOf('spool.drained')].map(({ messages }) => messages),
      [bodies.length, bodies.length],
    );
    assert.match(await next.metrics(), /^relay_spool_messages 0$/m);
  });

  test('Redis is frozen: the answer comes while it still is, and what it took meanwhile is kept once', async (t) => {
    const station = await startStation(t);
    station.redis.pause();
    t.after(() => station.redis.resume());
    const bodies = numbered(50);
    await Promise.all(bodies.map((body) => assertSpooled(station, body)));
    assert.match(await station.metrics(), /^relay_redis_reachable 0$/m);
    station.redis.resume();
    await eventuallyDrained(station);
    assert.deepEqual((await station.unread()).map(String).sort(), bodies.toSorted());
    assert.equal(station.linesOf('redis.away').length, 1, 'an outage is said once');
    assert.deepEqual(station.linesOf('message.refused'), []);
    assert.equal(station.linesOf('redis.reached').length, 1, 'at the start nothing was wrong');
  });

  test('what a frozen Redis took is kept once, though the dedup window has forgotten it', async (t) => {
    const station = await startStation(t, { endpoints: [{ ...carrier, dedupMs: 1 }] });
    station.redis.pause();
    t.after(() => station.redis.resume());
    const body = callback({ requestId: 'timed out' });
    await assertSpooled(station, body);
    station.redis.resume();
    await eventuallyDrained(station);
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('Redis dies under load and comes back: every callback is answered 200 and kept, and the log stays short', async (t) => {
    const redis = await startRedis({ appendFsync: 'always' });
    t.after(() => redis.stop());
    const station = await startIngest(t, configurationOf(redis.url));
    await eventually('callbacks are kept in Redis', async () => (await station.keeps()) === 'in Redis');
    const load = startLoad(station);
    await load.more('before');
    await redis.kill();
    await load.more('meanwhile');
    await redis.restart();
    await load.more('afterwards');
    await eventuallyDrained(station);
    await load.stop();
    assert.deepEqual(load.statuses(), [200]);
    assert.deepEqual((await readAll(reader(t, redis.url).unread)).sort(), load.sent.sort());
    const others = station.lines.filter(({ msg }) => msg !== 'message.received');
    assert.ok(others.length < 20, others.map(({ msg }) => msg).join());
  });

  test('Redis dies, and comes back empty: what is spooled is seen by every subscriber', async (t) => {
    const station = await startStation(t);
    await station.redis.kill();
    const body = callback({ requestId: 'in the outage' });
    await assertSpooled(station, body);
    await station.redis.restart();
    await eventuallyDrained(station);
    assert.deepEqual((await station.unread()).map(String), [body]);
  });

  test('Redis asks for a password', async (t) => {
    const redis = await startRedis({ args: ['--requirepass', 'sesame'] });
    t.after(() => redis.stop());
    const without = await startIngest(t, configurationOf(redis.url));
    await eventually('it is said', () => without.linesOf('redis.away').length > 0);
    await assertSpooled(without);
    assert.match(JSON.stringify(without.linesOf('redis.away')), /asks for a password/);

    const wrong = await startIngest(t, configurationOf(redis.url.replace('//', '//:wrong-word@')));
    await eventually('it is said', () => wrong.linesOf('redis.away').length > 0);
    await assertSpooled(wrong);
    assert.match(JSON.stringify(wrong.linesOf('redis.away')), /refuses the user or password/);
    assert.doesNotMatch(JSON.stringify([wrong.lines, await wrong.ready()]), /wrong-word/);
  });

  test('Redis is a read-only replica', async (t) => {
    const station = await startStation(t);
    await station.client.replicaof('127.0.0.1', await freePort());
    await assertSpooled(station);
    await eventually('the reason is known', async () =>
      /read-only replica/.test(JSON.stringify(await station.ready())),
    );
    await station.client.replicaof('NO', 'ONE');
    await eventuallyDrained(station);
    assert.equal((await station.unread()).length, 1);
  });

  test('Redis is full', async (t) => {
    const station = await startStation(t);
    await station.client.config('SET', 'maxmemory', '1');
    await assertSpooled(station);
    assert.match(JSON.stringify(await station.ready()), /is full/);
    await station.client.config('SET', 'maxmemory', '0');
    await eventuallyDrained(station);
    assert.equal((await station.unread()).length, 1);
  });

  test('nothing goes into a log before all of the configuration is applied, and a failure that comes and goes is said once', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const { client, unread } = reader(t, redis.url);
    await client.acl('SETUSER', 'relay', 'on', '>sesame', '~*', '&*', '+@all', '-xgroup');
    const ingest = await startIngest(t, configurationOf(redis.url.replace('//', '//relay:sesame@')));
    const reachable = async () => /^relay_redis_reachable 1$/m.test(await ingest.metrics());
    const turns = 3;
    for (let turn = 0; turn < turns; turn += 1) {
      await eventually('Redis takes messages', reachable);
      assert.equal((await post(ingest.url + carrier.path, callback({ requestId: String(turn) }))).status, 200);
      await eventually('what is applied fails', async () => !(await reachable()));
    }
    assert.match(JSON.stringify(await ingest.ready()), /in the spool.*not applied to Redis yet/);
    assert.equal(await client.xlen(`relay:{${carrier.name}}:log`), 0);
    assert.equal(ingest.linesOf('redis.away').length, 1);
    await client.acl('SETUSER', 'relay', '+xgroup');
    await eventuallyDrained(ingest);
    assert.equal((await unread()).length, turns);
  });

  test('one broken log holds up no other, and its messages arrive once somebody has mended it', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const { client, unread } = reader(t, redis.url);
    await client.set(`relay:{${usage.name}}:log`, 'no log');
    const ingest = await startIngest(t, configurationOf(redis.url, bothReceived));
    await eventually('callbacks are kept in Redis', async () => (await ingest.keeps()) === 'in Redis');
    const turns = 3;
    for (let turn = 0; turn < turns; turn += 1) {
      const body = callback({ requestId: String(turn) });
      for (const { path } of [usage, carrier]) assert.equal((await post(ingest.url + path, body)).status, 200);
    }
    await eventually('they are out of the way', async () =>
      /^relay_spool_aside_messages 3$/m.test(await ingest.metrics()),
    );
    assert.equal((await unread()).length, turns);
    assert.equal((await ingest.ready()).redis, 'takes messages');
    const endpointsOf = (message: string) => ingest.linesOf(message).map(({ endpoint }) => endpoint);
    assert.deepEqual(endpointsOf('configuration.warning'), [usage.name]);
    assert.deepEqual(endpointsOf('spool.aside'), [usage.name]);
    assert.deepEqual(
      ingest.linesOf('redis.away').filter(({ reason }) => /broken/.test(String(reason))),
      [],
    );
    await client.del(`relay:{${usage.name}}:log`);
    const read: string[] = [];
    await eventually('its messages arrive', async () => {
      read.push(...(await unread(billing.name, usage.name)).map(String));
      return read.length >= turns;
    });
    assert.equal(new Set(read).size, turns);
    await eventually('nothing is aside', async () => /^relay_spool_aside_messages 0$/m.test(await ingest.metrics()));
    assert.equal(read.length + (await unread(billing.name, usage.name)).length, turns);
  });

  test('messages of an endpoint that left relay.yaml go into its log while that is there', async (t) => {
    const redis = await startRedis({ appendFsync: 'always' });
    t.after(() => redis.stop());
    const configuration = configurationOf(redis.url, bothReceived);
    const before = await startIngest(t, configuration);
    await eventually('the logs are there', async () => (await before.keeps()) === 'in Redis');
    await before.hurry();
    await redis.kill();
    await spool(t, configuration);
    await redis.restart();
    const next = await startIngest(t, { ...configuration, endpoints: [carrier], subscribers: [billing] });
    await eventuallyDrained(next);
    const { unread } = reader(t, redis.url);
    assert.equal((await unread()).length, 1);
    assert.equal((await unread(billing.name, usage.name)).length, 1);
    assert.deepEqual(next.linesOf('spool.aside'), []);
  });

  test('messages of an endpoint that has no log any more are put aside, hold up nobody, and come back with it', async (t) => {
    const { redis, configuration } = await givenAbsentRedis(t, bothReceived);
    await spool(t, configuration);
    await redis.restart();
    const next = await startIngest(t, { ...configuration, endpoints: [carrier], subscribers: [billing] });
    await eventuallyDrained(next);
    const { unread } = reader(t, redis.url);
    assert.equal((await unread()).length, 1);
    assert.deepEqual(
      next.linesOf('spool.aside').map(({ endpoint }) => endpoint),
      [usage.name],
    );
    assert.match(await next.metrics(), /^relay_spool_aside_messages 1$/m);
    await next.change(configuration);
    await eventuallyDrained(next, 2);
    assert.equal((await unread(billing.name, usage.name)).length, 1);
    assert.match(await next.metrics(), /^relay_spool_aside_messages 0$/m);
  });

  test('kill -9 right after a 2xx while Redis is away, ten times: nothing is lost', async (t) => {
    const { redis } = await givenAbsentRedis(t);
    const port = await freePort();
    const path = join(temporaryFolder(), 'relay.yaml');
    writeFileSync(path, yamlOf(redis.url, port, temporaryFolder()));
    const answered: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const ingest = await startMain(path);
      const postings = numbered(5).map(async (_, n) => {
        const body = callback({ requestId: `${round}-${n}` });
        const { status } = await post(`http://127.0.0.1:${port}${carrier.path}`, body);
        assert.equal(status, 200);
        answered.push(body);
      });
      await Promise.any(postings);
      await ingest.kill();
    }
    assert.ok(answered.length >= 10);
    await redis.restart();
    const ingest = await startMain(path);
    t.after(() => ingest.kill());
    await eventually('it is drained', () => ingest.logs().some(({ msg }) => msg === 'spool.drained'));
    const client = reader(t, redis.url).client;
    const kept = await client.xrange(`relay:{${carrier.name}}:log`, '-', '+');
    const bodies = kept.map(([, fields]) => fields[fields.indexOf('b') + 1] ?? '');
    assert.deepEqual(
      answered.filter((body) => !bodies.includes(body)),
      [],
    );
    assert.equal(new Set(bodies).size, bodies.length);
  });

  test('a second ingest on one directory refuses to start in a sentence, and the first goes on', async (t) => {
    const { redis } = await givenAbsentRedis(t);
    const directory = temporaryFolder();
    const port = await freePort();
    const path = join(temporaryFolder(), 'relay.yaml');
    writeFileSync(path, yamlOf(redis.url, port, directory));
    const ingest = await startMain(path);
    t.after(() => ingest.kill());
    writeFileSync(`${path}.second`, yamlOf(redis.url, await freePort(), directory));
    const second = await startProcess({ args: [main], env: { RELAY_CONFIG: `${path}.second` } });
    assert.equal(await second.ended, 1);
    assert.deepEqual(second.stderr, [
      `ingest: Another process has the spool's directory ${directory}: give each ingest one of its own in ingest.spool.directory`,
    ]);
    assert.equal((await post(`http://127.0.0.1:${port}${carrier.path}`, callback())).status, 200);
    assert.equal(await ingest.stop(), 0);
  });
});

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function startMain(path: string) {
  return startProcess({ args: [main], env: { RELAY_CONFIG: path }, ready: /ingest\.started/ });
}

/** JSON is YAML. */
function yamlOf(redis: string, port: number, directory: string): string {
  const { name, source, path } = carrier;
  const operations = { host: '127.0.0.1', port: 0 };
  const ingest = { listeners: [{ host: '127.0.0.1', port }], operations, spool: { directory } };
  const endpoints = [{ name, source, path, verify: { credentials: [credentials] } }];
  return JSON.stringify({ redis, ingest, endpoints, subscribers: [] });
}

/** Leaves a message of each endpoint in the spool; Redis has to be away. */
async function spool(t: TestContext, configuration: Configuration): Promise<void> {
  const ingest = await startIngest(t, configuration);
  for (const { path } of configuration.endpoints) assert.equal((await post(ingest.url + path, callback())).status, 200);
  await ingest.hurry();
}
