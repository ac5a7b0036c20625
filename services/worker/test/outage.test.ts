import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { requestsById, startStation } from './station.ts';

suite('outage', () => {
  test('Redis dies under load and comes back: nothing is lost, and the outage is said once', async (t) => {
    const station = await startStation(t, { appendFsync: 'always' });
    const receiver = await station.startReceiver(async (_request, number) => {
      await pause(5);
      return { status: number % 10 === 0 ? 503 : 200 };
    });
    const worker = await station.startProcess(configuration([subscriber(receiver.url)]));
    const ids = await station.keepMany(400);
    await eventually('some deliveries', () => receiver.received.length >= 50);
    await station.redis.kill();
    await eventually('the outage is noticed', () => worker.linesOf('redis.away').length > 0);
    assert.equal(await worker.ready(), 503);
    assert.match(await worker.metrics(), /^relay_redis_reachable 0$/m);

    await station.redis.restart();
    await station.settled();
    assert.deepEqual([...requestsById(receiver).keys()].sort(), [...ids].sort());
    assert.equal((await station.ledger()).delivered, 400);
    assert.equal(await worker.ready(), 200);
    assert.match(await worker.metrics(), /^relay_redis_reachable 1$/m);
    await eventually('its end is said', () => worker.linesOf('redis.reached').length === 1);
    const said = worker.logs().filter(({ level }) => level !== 'info');
    assert.deepEqual(
      said.map(({ msg }) => msg),
      ['redis.away'],
    );
  });

  // It used to be ready or not by an answer of its own, and reachable by another.
  test('Redis is frozen: whoever asks whether the worker is ready hears what the metrics say', async (t) => {
    const station = await startStation(t);
    const worker = await station.startProcess(configuration([]));
    assert.equal(await worker.ready(), 200);
    station.redis.pause();
    t.after(() => station.redis.resume());
    await eventually('it is noticed', async () => (await worker.ready()) === 503);
    assert.match(await worker.metrics(), /^relay_redis_reachable 0$/m);
    station.redis.resume();
    await eventually('it is over', async () => (await worker.ready()) === 200);
    assert.match(await worker.metrics(), /^relay_redis_reachable 1$/m);
  });

  test('Redis comes back empty: what is kept from then on arrives', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const config = configuration([subscriber(receiver.url)]);
    await station.startWorker(config);
    await station.keep('before');
    await station.settled();
    await station.client.flushall();
    await station.journal.apply([
      { endpoint: 'carrier', dedupMs: 0, cursors: [{ subscriber: 'billing', from: { kind: 'beginning' } }] },
    ]);
    const ids = await station.keepMany(10);
    await station.settled();
    assert.equal(
      ids.every((id) => requestsById(receiver).get(id) === 1),
      true,
    );
  });

  // It used to wait until its own worker looked as if it had gone.
  test('a reply is lost with its connection: the worker takes back at once what it brought', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const way = await station.startWay();
    const config = configuration([subscriber(receiver.url)]);
    const worker = await station.startWorker(config, { mayClaim: () => false, rhythm: { roundMs: 600_000 } }, way);
    await worker.firstRound();
    await way.latency(300);
    const id = await station.keep('{}');
    await eventually('it is read', async () => (await station.ledger()).pending === 1);
    await way.resetAll();
    await station.settled();
    assert.deepEqual([...requestsById(receiver)], [[id, 1]]);
  });

  test('Redis freezes: deliveries go on when it thaws', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    await station.startWorker(configuration([subscriber(receiver.url)]));
    const kept = station.keepMany(50);
    station.redis.pause();
    await pause(300);
    station.redis.resume();
    const ids = await kept;
    await station.settled();
    assert.deepEqual([...requestsById(receiver).keys()].sort(), [...ids].sort());
  });

  test('Redis refuses writes: the worker says so once and settles what it carried when it may', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const worker = await station.startWorker(
      configuration([subscriber(receiver.url, { timeoutMs: 200, concurrency: 4 })]),
    );
    await station.keepMany(20);
    await eventually('attempts', () => receiver.received.length === 4);
    await station.client.config('SET', 'min-replicas-to-write', '1');
    receiver.answer(() => ({ status: 200 }));
    await eventually('it is said', () => worker.linesOf('redis.away').length > 0);
    await station.client.config('SET', 'min-replicas-to-write', '0');
    await station.settled();
    assert.equal((await station.ledger()).delivered, 20);
    assert.equal(worker.linesOf('redis.away').length, 1);
    await eventually('its end is said', () => worker.linesOf('redis.reached').length === 1);
  });

  test('Redis refuses writes while the worker stops: it stops all the same', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = configuration([subscriber(receiver.url, { timeoutMs: 1_000, concurrency: 4 })]);
    const worker = await station.startProcess(config);
    const ids = await station.keepMany(4);
    await eventually('attempts', () => receiver.received.length === 4);
    await station.client.config('SET', 'min-replicas-to-write', '1');
    await eventually('it is said', () => worker.linesOf('redis.away').length > 0);
    assert.equal(await worker.stop(), 1);
    assert.deepEqual(worker.stderr, []);

    await station.client.config('SET', 'min-replicas-to-write', '0');
    assert.equal((await station.ledger()).pending, ids.length);
  });

  test('Redis is full: deliveries go on, dead letters are kept, and an alarm that cannot be set rings all the same', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => ({ status: [503, 410][number - 1] ?? 200 }));
    await station.startWorker(configuration([subscriber(receiver.url, { concurrency: 1 })]));
    await station.client.config('SET', 'maxmemory-policy', 'noeviction');
    const ids = await station.keepMany(20);
    await station.client.config('SET', 'maxmemory', '1mb');
    await station.settled();
    assert.deepEqual([...requestsById(receiver).keys()].sort(), [...ids].sort());
    const { delivered, dead } = await station.ledger();
    assert.deepEqual({ delivered, dead }, { delivered: 19, dead: 1 });
    assert.equal(await station.client.xlen('relay:{carrier}:dead:billing'), 1);
  });

  test('Redis is nearly full: what everybody has read is trimmed at once, and this is said once', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const worker = await station.startWorker(configuration([subscriber(receiver.url)]), { rhythm: { roundMs: 20 } });
    await station.keepMany(50);
    await station.settled();
    assert.equal(await station.client.xlen('relay:{carrier}:log'), 50);

    await station.client.config('SET', 'maxmemory', '1mb');
    await eventually('the log is empty', async () => (await station.client.xlen('relay:{carrier}:log')) === 0);
    assert.match(await worker.metrics.text(), /^relay_redis_memory_ratio [1-9]/m);
    await station.client.config('SET', 'maxmemory', '0');
    await eventually('there is room', () => worker.linesOf('redis.roomy').length === 1);
    assert.equal(worker.linesOf('redis.nearly-full').length, 1);
    assert.match(await worker.metrics.text(), /^relay_redis_memory_ratio 0$/m);
    assert.deepEqual(worker.linesOf('tend.failed'), []);
  });
});
