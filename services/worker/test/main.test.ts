import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { connectPatient } from '@relay/journal';
import { eventually, freePort, startProcess, temporaryFolder } from '@relay/testkit';
import { configuration, signedWith, subscriber } from './given.ts';
import { main, operationsAt, startStation } from './station.ts';

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'relay.yaml');
  writeFileSync(path, text);
  return path;
}

function yamlOf(redis: string, port = 0): string {
  const endpoints = [{ name: 'carrier', source: 'thingspace' }];
  return JSON.stringify({ redis, worker: { operations: { host: '127.0.0.1', port } }, endpoints, subscribers: [] });
}

const startMain = (text: string) => startProcess({ args: [main], env: { RELAY_CONFIG: fileWith(text) } });

suite('main', () => {
  test('a bad configuration: every mistake on stderr, exit code 2', async () => {
    const worker = await startMain('endpoints: 7\nnonsense: 1\n');
    assert.equal(await worker.ended, 2);
    assert.match(worker.stderr.join('\n'), /relay\.yaml:1:1 endpoints: [\s\S]*relay\.yaml:2:1 nonsense: /);
    assert.deepEqual(worker.stdout, []);
  });

  test('no configuration: a sentence, exit code 2', async () => {
    const worker = await startProcess({ args: [main], cwd: temporaryFolder() });
    assert.equal(await worker.ended, 2);
    assert.match(worker.stderr.join('\n'), /^relay\.yaml: [^\n]*$/);
  });

  test('a port in use: a sentence, exit code 1', async (t) => {
    const { redis } = await startStation(t);
    const worker = await startMain(yamlOf(redis.url, redis.port));
    assert.equal(await worker.ended, 1);
    assert.equal(worker.stderr.length, 1);
    assert.match(
      worker.stderr[0] ?? '',
      new RegExp(`^worker: port ${redis.port} on 127\\.0\\.0\\.1 is in use: .*worker\\.operations`),
    );
  });

  for (const [what, credentials, sentence, mending] of [
    ['asks for a password', '', /asks for a password/, 'nopass'],
    ['refuses the password', ':other@', /refuses the user or password/, '>other'],
  ] as const) {
    test(`Redis ${what}: said once in a sentence, and the worker waits for it`, async (t) => {
      const { redis } = await startStation(t, { args: ['--requirepass', 'right'] });
      const worker = await startMain(yamlOf(redis.url.replace('//', `//${credentials}`)));
      t.after(() => worker.kill());
      const line = await eventually('it is said', () => worker.logs().find(({ msg }) => msg === 'redis.away'));
      assert.match(String(line.reason), sentence);

      const client = connectPatient({ url: redis.url.replace('//', '//:right@'), name: 'test' });
      await client.call('ACL', 'SETUSER', 'default', mending);
      client.disconnect();
      await eventually('it is up', () => worker.logs().some(({ msg }) => msg === 'worker.started'));
      assert.equal(worker.logs().filter(({ msg }) => msg === 'redis.away').length, 1);
      assert.deepEqual(worker.stderr, []);
    });
  }

  // The client's own words used to stand between the lines, once for each of its connections.
  test('Redis wants no password, and the URL has one: one warning among nothing but JSON', async (t) => {
    const { redis } = await startStation(t, { appendFsync: 'always' });
    const worker = await startMain(yamlOf(redis.url.replace('//', '//:needless@')));
    t.after(() => worker.kill());
    await eventually('it is up', () => worker.logs().some(({ msg }) => msg === 'worker.started'));
    assert.equal(await worker.stop(), 0);
    const reasons = worker.logs().flatMap(({ msg, reason }) => (msg === 'redis.warning' ? [reason] : []));
    assert.deepEqual(reasons, [
      "This Redis server's `default` user does not require a password, but a password was supplied",
    ]);
    assert.equal(worker.logs().length, worker.stdout.length);
    assert.deepEqual(worker.stderr, []);
  });

  // It used to end with what ioredis was refused.
  test('Redis does not let it listen any more: said once for each of what listens, and it hears again when it may', async (t) => {
    const { redis, client } = await startStation(t, { appendFsync: 'always' });
    const setUser = (...rules: string[]) => client.call('ACL', 'SETUSER', 'relay', ...rules);
    const listens = () =>
      eventually('it listens', async () => {
        const [, bell, , holds] = (await client.pubsub('NUMSUB', 'relay:bell', 'relay:holds')) as unknown[];
        return bell === 1 && holds === 1;
      });
    await setUser('on', '>secret', '~*', '+@all', '&*');
    const worker = await startMain(yamlOf(redis.url.replace('//', '//relay:secret@')));
    t.after(() => worker.kill());
    await listens();
    const said = (text: string) => worker.logs().filter(({ msg }) => msg === text);
    // Redis cuts the connections.
    await setUser('resetchannels');
    for (const text of ['bell.deaf', 'holds.deaf']) {
      const { reason } = await eventually(`${text} is said`, () => said(text)[0]);
      assert.match(String(reason), /does not permit/);
    }
    await setUser('&*');
    await listens();
    assert.deepEqual([said('bell.deaf').length, said('holds.deaf').length], [1, 1]);
    assert.equal(await worker.stop(), 0);
    assert.deepEqual(worker.stderr, []);
  });

  test('Redis evicts: one warning', async (t) => {
    const station = await startStation(t, { appendFsync: 'always', args: ['--maxmemory-policy', 'allkeys-lru'] });
    const worker = await station.startProcess(configuration([]));
    const { reason } = await eventually('the warning', () => worker.linesOf('redis.warning')[0]);
    assert.match(String(reason), /allkeys-lru/);
    assert.match(await worker.metrics(), /^relay_redis_warnings 1$/m);
    await station.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('the connection is back', () => worker.linesOf('redis.reached').length === 1);
    assert.equal(await worker.ready(), 200);
    assert.equal(worker.linesOf('redis.warning').length, 1);
  });

  test('before Redis was ever reached: alive, not ready, deaf to SIGHUP, and ended by SIGTERM', async (t) => {
    const [redisPort, port] = [await freePort(), await freePort()];
    const worker = await startMain(yamlOf(`redis://127.0.0.1:${redisPort}`, port));
    t.after(() => worker.kill());
    await eventually('it is said', () => worker.logs().some(({ msg }) => msg === 'redis.away'));
    const { live, ready } = operationsAt(`http://127.0.0.1:${port}`);
    assert.equal(await live(), 200);
    assert.equal(await ready(), 503);
    worker.signal('SIGHUP');
    assert.equal(await live(), 200);
    await worker.stop();
    assert.equal(worker.logs().filter(({ msg }) => msg === 'redis.away').length, 1);
    assert.deepEqual(worker.stderr, []);
  });

  test('/live, /ready and /metrics tell of a worker at work', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => ({ status: number === 1 ? 410 : 200 }));
    const worker = await station.startProcess(configuration([subscriber(receiver.url)]));
    await station.keep('{}');
    await station.settled();
    await station.keep('{}');
    await station.settled();
    assert.equal(await worker.live(), 200);
    assert.equal(await worker.ready(), 200);
    const metrics = await eventually('the books', async () => {
      const text = await worker.metrics();
      return /relay_dead_letters\{subscriber="billing"\} 1$/m.test(text) ? text : undefined;
    });
    for (const line of [
      'relay_attempts_total{subscriber="billing",outcome="delivered"} 1',
      'relay_attempts_total{subscriber="billing",outcome="refused"} 1',
      'relay_settled_total{subscriber="billing",state="delivered"} 1',
      'relay_settled_total{subscriber="billing",state="dead"} 1',
      'relay_delivery_lag_seconds_count 1',
      'relay_waiting_messages{subscriber="billing"} 0',
      'relay_configuration_accepted 1',
      'relay_redis_reachable 1',
    ])
      assert.ok(metrics.split('\n').includes(line), line);
  });

  test('nothing that it logs or shows holds a body, a secret or a password', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) =>
      number % 2 === 1 ? { status: 503, body: 'answer-of-the-subscriber' } : { status: 200 },
    );
    const secret = Buffer.from('a secret of thirty-two bytes, yes');
    const worker = await station.startProcess(
      configuration([
        subscriber(receiver.url, { signing: signedWith(secret), headers: { authorization: 'Bearer hidden-token' } }),
      ]),
      { LOG_LEVEL: 'trace' },
    );
    await station.keep('{"password":"hidden-body"}');
    await station.settled();
    worker.write('endpoints: [{name: x, password: hidden-mistake}]');
    await eventually('a mistake', () => worker.linesOf('configuration.rejected').length > 0);
    const told = [...worker.stdout, ...worker.stderr, await worker.metrics()].join('\n');
    assert.match(told, /delivery\.attempted/);
    assert.doesNotMatch(told, /hidden|answer-of-the-subscriber|whsec|YSBzZWNyZXQ|a secret|Buffer/);
  });
});
