import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHolds } from '@relay/holds';
import { createSkip } from '@relay/journal';
import { eventually, type Reply } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { bodyOf, inOrder, numbersOf, saidIn } from './given-order.ts';
import { startStation } from './station.ts';

suite('in order, while the subscriber is on hold', { concurrency: true }, () => {
  test('a subscriber on hold keeps its line, and a probe is the first of it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const breaker = { failures: 2, probeMs: [30] };
    await station.startWorker(
      inOrder(receiver, 'endpoint', { breaker, retry: { ...subscriber('').retry, scheduleMs: [5] } }),
      { rhythm: { roundMs: 50 } },
    );
    for (let number = 1; number <= 5; number++) await station.keep(bodyOf(number));
    await eventually('some probes', () => receiver.received.length > 4);
    assert.deepEqual(new Set(numbersOf(receiver)), new Set([1]));
    const failed = receiver.received.length;
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.deepEqual([...new Set(numbersOf(receiver))], [1, 2, 3, 4, 5]);
    assert.deepEqual(
      numbersOf(receiver)
        .slice(failed + 1)
        .slice(-4),
      [2, 3, 4, 5],
    );
  });

  // The one that failed was every probe, of this endpoint and for all others, and had no age while it was.
  for (const order of ['endpoint', 'device'] as const) {
    test(`what always fails ends by its age although its subscriber is on hold, and what is behind it goes on: by ${order}`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(({ body }) => ({ status: saidIn(body).number === 1 ? 500 : 200 }));
      const retry = { ...subscriber('').retry, scheduleMs: [10], maxAgeMs: 1_000 };
      const breaker = { failures: 3, probeMs: [100] };
      await station.startWorker(inOrder(receiver, order, { breaker, retry }), { rhythm: { roundMs: 50 } });
      for (let number = 1; number <= 4; number++) await station.keep(bodyOf(number, 'a'));
      await station.settled();
      const { dead, delivered } = await station.ledger();
      assert.deepEqual({ dead, delivered }, { dead: 1, delivered: 3 });
      assert.deepEqual(numbersOf(receiver).slice(-3), [2, 3, 4]);
    });
  }

  test('one endpoint’s trouble is not the only thing that a subscriber on hold is probed with', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) => ({ status: saidIn(body).number === 1 ? 500 : 200 }));
    const breaker = { failures: 3, probeMs: [30] };
    const own = { order: 'endpoint', endpoints: ['carrier', 'second'], breaker } as const;
    const config = configuration([subscriber(receiver.url, own)], [endpoint('carrier'), endpoint('second')]);
    const worker = await station.startWorker(config, { rhythm: { roundMs: 50 } });
    await station.keep(bodyOf(1));
    await eventually('a hold', () => worker.linesOf('subscriber.held').length > 0);
    for (let number = 2; number <= 6; number++) await station.keep(bodyOf(number), 'second');
    await station.settled('billing', 'second');
    assert.deepEqual(
      numbersOf(receiver).filter((number) => number > 1),
      [2, 3, 4, 5, 6],
    );
    assert.equal((await station.ledger()).open, 1);
  });

  test('what a person skips while the subscriber is paused does not go out, although it had been read', async (t) => {
    const station = await startStation(t);
    const answers: (() => void)[] = [];
    const receiver = await station.startReceiver(
      () => new Promise<Reply>((resolve) => answers.push(() => resolve({ status: 200 }))),
    );
    const worker = await station.startWorker(inOrder(receiver, 'endpoint'), { rhythm: { roundMs: 50 } });
    for (let number = 1; number <= 5; number++) await station.keep(bodyOf(number));
    await eventually('more than one is read', async () => (await station.ledger()).pending > 3 && answers.length === 1);
    const holds = createHolds({ redis: station.client });
    await holds.hold('billing', { reason: 'paused', why: 'test' });
    await eventually('the worker hears of it', () => worker.linesOf('subscriber.held').length === 1);
    answers[0]?.();
    await eventually('the first', async () => (await station.ledger()).delivered === 1);
    const skip = createSkip({ redis: station.client, retentionMs: 86_400_000 });
    const { pending } = await skip.discard('carrier', 'billing', Date.now() + 1);
    assert.equal(pending, 4);
    receiver.answer(() => ({ status: 200 }));
    await station.keep(bodyOf(6));
    await holds.resume('billing');
    await station.settled();
    assert.deepEqual(numbersOf(receiver), [1, 6]);
  });
});
