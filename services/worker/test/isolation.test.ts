import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { bodies, startStation } from './station.ts';

/** Longer than any test waits. */
const forever = 600_000;

suite('isolation', () => {
  // At a concurrency of 1 every place was a retry's as long as one was due.
  for (const concurrency of [1, 3]) {
    test(`retries that hang to the time-out leave first attempts their turn at a concurrency of ${concurrency}`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(({ body }, number) =>
        body.toString().startsWith('stuck') ? (number <= 20 ? { status: 503 } : 'hang') : { status: 200 },
      );
      const stubborn = subscriber(receiver.url, { concurrency, timeoutMs: 250 });
      await station.startWorker(configuration([stubborn]), { rhythm: { overdueMs: forever } });
      await station.keepMany(20, 'stuck');
      await eventually('retries hang', () => receiver.received.length > 22);
      await station.keepMany(5, 'new');
      await eventually('all that is new', () => bodies(receiver).filter((body) => body.startsWith('new')).length === 5);
      assert.ok((await station.ledger()).open >= 15, 'the others are still being retried');
    });
  }

  test('a retry gets the next place that comes free, however much is unread', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(async ({ body }, number) => {
      if (body.toString() === 'refused' && number === 1) return { status: 503 };
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { status: 200 };
    });
    const slow = subscriber(receiver.url, { concurrency: 2 });
    await station.startWorker(configuration([slow]), { rhythm: { overdueMs: forever } });
    await station.keep('refused');
    await station.keepMany(300);
    await eventually('it was tried again', () => bodies(receiver).filter((body) => body === 'refused').length === 2);
    assert.ok((await station.ledger()).waiting > 50, 'much is unread then');
  });

  test('those that hang, reset and refuse take nothing from a healthy one', async (t) => {
    const station = await startStation(t);
    const healthy = await station.startReceiver();
    const others = {
      hanging: await station.startReceiver(() => 'hang'),
      resetting: await station.startReceiver(() => 'reset'),
      refusing: await station.startReceiver(() => ({ status: 503 })),
    };
    const troubled = Object.entries(others).map(([name, { url }]) =>
      subscriber(url, { name, timeoutMs: forever / 10 }),
    );
    await station.startWorker(configuration([subscriber(healthy.url), ...troubled]));
    await station.keepMany(500);
    await station.settled();
    assert.equal(healthy.received.length, 500);
    const { waiting, pending } = await station.ledger('hanging');
    assert.deepEqual([waiting, pending], [484, 16]);
  });
});
