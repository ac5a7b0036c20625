import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RetryPolicy } from '@relay/core';
import { eventually } from '@relay/testkit';
import { createRest } from '../src/rest.ts';
import { configuration, endpoint, subscriber } from './given.ts';
import { age, bodies, startStation } from './station.ts';

const endpoints = [endpoint('carrier'), endpoint('broken')];
const openKey = 'relay:{broken}:open:billing';

suite('an endpoint whose log is broken', () => {
  // It used to keep every place for ever, and Redis was said to be away.
  test("takes no places from the subscriber's other endpoints, and goes on when a person has mended it", async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const billing = subscriber(receiver.url, { endpoints: ['carrier', 'broken'], concurrency: 4 });
    const config = configuration([billing], endpoints);
    const worker = await station.startWorker(config);
    await station.client.set(openKey, 'not what it should be');
    await station.keepMany(20, 'broken', 'broken');
    await eventually('some are left', () => worker.linesOf('delivery.left').length > 0);
    await station.keepMany(20, 'sound', 'carrier');
    await station.settled('billing', 'carrier');
    assert.deepEqual(worker.linesOf('redis.away'), []);
    const sent = bodies(receiver).filter((body) => body.startsWith('broken'));
    assert.ok(sent.length < 20, `${sent.length} went out although none can be settled`);

    await station.client.del(openKey);
    await age(station.client, 'broken', 'billing');
    await station.startWorker(config, { rhythm: { roundMs: 10 } });
    await station.settled('billing', 'broken');
    assert.equal((await station.ledger('billing', 'broken')).delivered, 20);
  });

  test('holds up no retry of another endpoint', async (t) => {
    const station = await startStation(t);
    let fails = true;
    const receiver = await station.startReceiver(() => ({ status: fails ? 503 : 200 }));
    const retry: RetryPolicy = { scheduleMs: [100], maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] };
    const billing = subscriber(receiver.url, { endpoints: ['carrier', 'broken'], concurrency: 4, retry });
    const worker = await station.startWorker(configuration([billing], endpoints));
    await station.keepMany(8, 'broken', 'broken');
    await eventually('all are open', async () => (await station.ledger('billing', 'broken')).open === 8);
    await station.client.set(openKey, 'not what it should be');
    await eventually('some are left', () => worker.linesOf('delivery.left').length > 0);
    await station.keepMany(8, 'sound', 'carrier');
    await eventually('all are open', async () => (await station.ledger('billing', 'carrier')).open === 8);
    fails = false;
    await station.settled('billing', 'carrier');
    assert.deepEqual(worker.linesOf('redis.away'), []);
  });

  test('rests after three failures in a row, and for 15 s', () => {
    let now = 0;
    const rest = createRest(() => now);
    const failed = (times: number) => {
      for (let i = 0; i < times; i += 1) rest.failed('broken');
    };
    failed(2);
    assert.equal(rest.rests('broken'), false);
    rest.settled('broken');
    failed(2);
    assert.equal(rest.rests('broken'), false);
    failed(1);
    assert.deepEqual([rest.rests('broken'), rest.rests('carrier')], [true, false]);
    now = 15_000;
    assert.equal(rest.rests('broken'), false);
    failed(1);
    assert.equal(rest.rests('broken'), true);
  });
});
