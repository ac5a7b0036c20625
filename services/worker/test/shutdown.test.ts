import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { abandonedAfterMs } from '@relay/journal';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { age, bodies, longestIdleMs, requestsById, type Station, startStation } from './station.ts';

suite('shutdown', () => {
  test('SIGTERM under load: what is in flight ends, nothing is lost or repeated, exit code 0', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(async () => {
      await pause(20);
      return { status: 200 };
    });
    const config = configuration([subscriber(receiver.url, { concurrency: 8 })]);
    const stopped = await station.startProcess(config);
    const ids = await station.keepMany(300);
    await eventually('some deliveries', () => receiver.received.length >= 50);
    assert.equal(await stopped.stop(), 0);
    assert.deepEqual(stopped.stderr, []);

    const { pending, waiting, delivered } = await station.ledger();
    assert.equal(pending, 0);
    assert.ok(waiting > 0);
    assert.equal(delivered, receiver.received.length);
    assert.deepEqual(await consumers(station), []);

    await station.startProcess(config);
    await station.settled();
    assert.deepEqual(requestsById(receiver), new Map(ids.map((id) => [id, 1])));
  });

  test('SIGTERM while a read is under way: what it brings is delivered, and nothing stays pending', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const way = await station.startWay();
    const config = configuration([subscriber(receiver.url)]);
    const worker = await station.startWorker(config, { rhythm: { roundMs: 60_000 } }, way);
    await worker.firstRound();
    await way.latency(300);
    const id = await station.keep('{}');
    await eventually('it is read', async () => (await station.ledger()).pending === 1);
    await worker.stop(30_000);
    const { delivered, pending } = await station.ledger();
    assert.deepEqual({ delivered, pending }, { delivered: 1, pending: 0 });
    assert.deepEqual([...requestsById(receiver)], [[id, 1]]);
  });

  // Refreshing used to end first, and what took longer than others wait was attempted by them as well.
  test('what is in flight while it stops is refreshed, and nobody else attempts it', async (t) => {
    const station = await startStation(t);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const receiver = await station.startReceiver(async () => {
      await answered;
      return { status: 200 };
    });
    const config = configuration([subscriber(receiver.url)]);
    const stopped = await station.startWorker(config, { rhythm: { roundMs: 20 } });
    const id = await station.keep('{}');
    await eventually('an attempt', () => receiver.received.length === 1);
    const stopping = stopped.stop(30_000);
    await age(station.client, 'carrier', 'billing');
    await eventually('it is refreshed', async () => (await longestIdleMs(station.client)) < abandonedAfterMs);

    const other = await station.startWorker(config, { rhythm: { roundMs: 20 } });
    await other.firstRound();
    answer();
    await stopping;
    const { delivered, pending } = await station.ledger();
    assert.deepEqual({ delivered, pending }, { delivered: 1, pending: 0 });
    assert.deepEqual([...requestsById(receiver)], [[id, 1]]);
  });

  test('what does not end in time is handed back, and anybody may take it at once', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = configuration([subscriber(receiver.url, { concurrency: 2 })]);
    const stopped = await station.startWorker(config, { rhythm: { roundMs: 20 } });
    await station.keepMany(2);
    await eventually('two attempts', () => receiver.received.length === 2);
    assert.equal(await stopped.stop(0), true);
    assert.deepEqual(whatIsLeft(stopped.linesOf('worker.stopped')), [{ handedBack: 2, leftPending: 0, leftOpen: 0 }]);
    assert.ok((await longestIdleMs(station.client)) >= abandonedAfterMs);

    receiver.answer(() => ({ status: 200 }));
    await station.startWorker(config, { rhythm: { roundMs: 20 } });
    await station.settled();
    assert.deepEqual(bodies(receiver).slice(2).sort(), ['message 1', 'message 2']);
    assert.equal((await station.ledger()).delivered, 2);
  });

  test('an alarm that waits for a place while it stops is left to others', async (t) => {
    const station = await startStation(t);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const receiver = await station.startReceiver(async (_request, number) => {
      if (number === 1) return { status: 503 };
      await answered;
      return { status: 200 };
    });
    const config = configuration([subscriber(receiver.url, { concurrency: 1 })]);
    const stopped = await station.startWorker(config);
    await station.keepMany(2);
    await eventually('the second one has the place', () => receiver.received.length === 2);
    await eventually(
      'the alarm of the first one rings',
      async () => (await station.client.llen('relay:retries:{billing}:active')) === 1,
    );
    const stopping = stopped.stop(30_000);
    answer();
    await stopping;
    assert.equal(receiver.received.length, 2);

    await station.startWorker(config, { rhythm: { roundMs: 20, overdueMs: 0 } });
    await station.settled();
    assert.deepEqual(bodies(receiver).slice(2), ['message 1']);
  });

  test('a retry that does not end in time stays open, and is said to be left', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => (number === 1 ? { status: 503 } : 'hang'));
    const worker = await station.startWorker(configuration([subscriber(receiver.url, { timeoutMs: 500 })]));
    await station.keep('{}');
    await eventually('the second attempt', () => receiver.received.length === 2);
    assert.equal(await worker.stop(0), false);
    assert.deepEqual(whatIsLeft(worker.linesOf('worker.stopped')), [{ handedBack: 0, leftPending: 0, leftOpen: 1 }]);
    assert.equal((await station.ledger()).open, 1);
  });

  test('a second SIGTERM ends it at once, exit code 1, and what it carried is still pending', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const worker = await station.startProcess(configuration([subscriber(receiver.url)]));
    await station.keep('{}');
    await eventually('an attempt', () => receiver.received.length === 1);
    worker.signal('SIGTERM');
    await eventually('it is stopping', () => worker.linesOf('worker.stopping').length === 1);
    assert.equal(await worker.stop(), 1);
    assert.equal((await station.ledger()).pending, 1);
  });

  test('SIGTERM while Redis is away and nothing is in flight: it goes at once, exit code 0', async (t) => {
    const station = await startStation(t, { appendFsync: 'always' });
    const receiver = await station.startReceiver();
    const worker = await station.startProcess(configuration([subscriber(receiver.url, { timeoutMs: 600_000 })]));
    await station.redis.kill();
    await eventually('the outage is noticed', () => worker.linesOf('redis.away').length === 1);
    assert.equal(await worker.stop(), 0);
    await station.redis.restart();
  });

  // It used to wait for as long as an attempt may take, and then said by its exit code that something was lost.
  test('SIGTERM while Redis has fallen silent and nothing is in flight: it does not wait for it, exit code 0', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const way = await station.startWay();
    const config = configuration([subscriber(receiver.url, { timeoutMs: 600_000 })]);
    const worker = await station.startProcess(config, {}, way);
    await way.blackHole();
    assert.equal(await worker.stop(), 0);
  });

  test('while Redis is away attempts are carried to their end, and Redis is waited for only as long as settling may take', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(async () => {
      await pause(3_000);
      return { status: 200 };
    });
    const way = await station.startWay();
    const config = configuration([subscriber(receiver.url)]);
    const worker = await station.startWorker(config, {}, way);
    await station.keep('{}');
    await eventually('an attempt', () => receiver.received.length === 1);
    await way.refuse();
    await eventually('the outage is noticed', () => worker.linesOf('redis.away').length === 1);
    assert.equal(await worker.stop(600_000, 50), false);
    assert.match(await worker.metrics.text(), /^relay_attempts_total\{subscriber="billing",outcome="delivered"\} 1$/m);
    assert.deepEqual(whatIsLeft(worker.linesOf('worker.stopped')), [{ handedBack: 0, leftPending: 1, leftOpen: 0 }]);
    assert.equal((await station.ledger()).pending, 1);
  });
});

function whatIsLeft(lines: readonly Record<string, unknown>[]): unknown[] {
  return lines.map(({ handedBack, leftPending, leftOpen }) => ({ handedBack, leftPending, leftOpen }));
}

async function consumers({ client }: Station): Promise<unknown[]> {
  return (await client.call('XINFO', 'CONSUMERS', 'relay:{carrier}:log', 'billing')) as unknown[];
}
