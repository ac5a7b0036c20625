import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import type { Subscriber } from '@relay/core';
import { createDeadLetters } from '@relay/journal';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { breaker, held, person, retriedLater, rhythm, runs } from './given-hold.ts';
import { bodies, requestsById, startStation } from './station.ts';

suite('hold: probes', { concurrency: 4 }, () => {
  test('a subscriber that is down is called by probes alone, and gets everything once it is well', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const config = configuration([
      subscriber(receiver.url, { breaker: { failures: 3, probeMs: [20, 60_000] }, concurrency: 4 }),
    ]);
    const worker = await station.startWorker(config, { rhythm });
    const ids = await station.keepMany(200);
    const { why } = await held(station, 'breaker');
    assert.equal(why, '503');
    await eventually('the first probe has failed', async () => (await person(station).stateNow()).failedProbes === 1);
    const attempts = receiver.received.length;
    // What was read before the hold was known, and the probe.
    assert.ok(attempts < 50, `${attempts} attempts`);
    const later = await station.keepMany(40, 'later');
    await worker.firstRound();
    assert.equal(receiver.received.length, attempts);
    assert.ok((await station.ledger()).waiting > 240 - 50);

    assert.equal((await station.ledger()).delivered, 0);
    receiver.answer(() => ({ status: 200 }));
    await person(station).resume('billing');
    await station.settled();
    assert.deepEqual(new Set(requestsById(receiver).keys()), new Set([...ids, ...later]));
    assert.equal((await station.ledger()).delivered, 240);
  });

  test('a probe that is taken resumes it, and nobody has to', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const worker = await station.startWorker(configuration([subscriber(receiver.url, { breaker })]), { rhythm });
    await station.keepMany(20);
    await held(station, 'breaker');
    receiver.answer(() => ({ status: 200 }));
    await runs(station);
    await station.settled();
    assert.equal((await station.ledger()).delivered, 20);
    assert.equal(worker.linesOf('subscriber.held').filter(({ level }) => level === 40).length, 1);
    assert.equal(worker.linesOf('subscriber.resumed').filter(({ level }) => level === 30).length, 1);
  });

  test('a message that always fails does not hold it for ever, though every probe begins with what waits', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) => ({ status: body.includes('poison') ? 500 : 200 }));
    const one = subscriber(receiver.url, { breaker, concurrency: 1, retry: retriedLater });
    await station.startWorker(configuration([one]), { rhythm });
    await station.keepMany(8, 'poison');
    await station.keepMany(8, 'sound');
    await eventually('the sound ones are there', async () => (await station.ledger()).delivered === 8);
    const { open, waiting } = await station.ledger();
    assert.deepEqual({ open, waiting }, { open: 8, waiting: 0 });
  });

  test('what is open and due is the probe when nothing waits', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    await station.startWorker(configuration([subscriber(receiver.url, { breaker })]), { rhythm });
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    await runs(station);
    assert.equal((await station.ledger()).delivered, 3);
  });

  // Probes alone used to make dead letters of the few deliveries that were open, and each left an alarm behind.
  test('a probe that fails uses up no attempt and leaves no alarm behind', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const retry: Subscriber['retry'] = { ...retriedLater, scheduleMs: [1], maxAttempts: 4 };
    await station.startWorker(configuration([subscriber(receiver.url, { breaker, retry })]), { rhythm });
    await station.keepMany(2);
    await held(station, 'breaker');
    await eventually('many probes have failed', async () => (await person(station).stateNow()).failedProbes > 10);
    const alarms = await station.client.keys('relay:retries:*/*');
    assert.ok(alarms.length <= 4, alarms.join('\n'));
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.deepEqual([(await station.ledger()).delivered, (await station.ledger()).dead], [2, 0]);
  });

  for (const order of [{}, { order: 'endpoint' }] as const) {
    test(`a replay that is made as a probe loses no attempt by it: ${JSON.stringify(order)}`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver((_request, number) => ({ status: number === 1 ? 422 : 503 }));
      const retry: Subscriber['retry'] = { ...retriedLater, scheduleMs: [1], giveUpOn: [[422, 422]], maxAttempts: 3 };
      const one = subscriber(receiver.url, { ...order, retry, breaker: { failures: 1, probeMs: [20] } });
      await station.startWorker(configuration([one]), { rhythm });
      await station.keepMany(1);
      await held(station, 'breaker');
      await eventually('it is given up', async () => (await station.ledger()).dead === 1);
      const letters = createDeadLetters({ redis: station.client, retentionMs: 86_400_000 });
      const [given] = (await letters.list('carrier', 'billing', { count: 1 })).letters;
      assert.ok(given);
      await letters.replay('carrier', 'billing', [given.letter]);
      await eventually('it is probed again and again', () => receiver.received.length > 8);
      receiver.answer(() => ({ status: 200 }));
      await eventually('it is delivered', async () => (await station.ledger()).delivered === 1);
      assert.equal((await station.ledger()).dead, 1);
    });
  }

  test('when there is nothing to probe with, the next message that comes is the probe', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const one = subscriber(receiver.url, { breaker, retry: retriedLater });
    await station.startWorker(configuration([one]), { rhythm });
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(() => ({ status: 200 }));
    await station.keep('the probe');
    await runs(station);
    assert.deepEqual(bodies(receiver).slice(3), ['the probe']);
  });

  test('two workers make one probe at a time', async (t) => {
    const station = await startStation(t);
    let underWay = 0;
    let most = 0;
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const config = configuration([
      subscriber(receiver.url, { breaker: { failures: 3, probeMs: [5] }, retry: retriedLater }),
    ]);
    await Promise.all([station.startWorker(config, { rhythm }), station.startWorker(config, { rhythm })]);
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay -= 1;
      return { status: 503 };
    });
    await station.keepMany(20, 'probe');
    await eventually('ten probes', async () => (await person(station).stateNow()).failedProbes >= 10);
    assert.equal(most, 1);
  });

  test('a worker that stops in the middle of a probe leaves it to the others at once', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const one = subscriber(receiver.url, { breaker, retry: retriedLater });
    const worker = await station.startWorker(configuration([one]), { rhythm });
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(() => 'hang');
    const attempts = receiver.received.length;
    await station.keep('the probe');
    const probeBy = () => station.client.hget('relay:hold:{billing}', 'probeBy');
    await eventually('it is made', () => receiver.received.length > attempts);
    assert.ok(await probeBy());
    await worker.stop(0);
    assert.equal(await probeBy(), null);
  });

  test('the probe of a worker that was killed is made by another', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const one = subscriber(receiver.url, {
      breaker: { failures: 3, probeMs: [100] },
      timeoutMs: 1_000,
      retry: retriedLater,
    });
    const config = configuration([one]);
    const first = await station.startProcess(config);
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(() => 'hang');
    const attempts = receiver.received.length;
    await station.keep('the probe');
    await eventually('it is made', () => receiver.received.length > attempts);
    await first.kill();
    receiver.answer(() => ({ status: 200 }));
    await station.startWorker(config, { rhythm });
    await station.keep('another');
    await runs(station);
  });
});
