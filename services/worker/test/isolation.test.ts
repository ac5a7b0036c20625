import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { bodies, startStation } from './station.ts';

/** Longer than any test waits. */
const forever = 600_000;

suite('isolation', () => {
  for (const concurrency of [2, 8]) {
    test(`retries that hang leave most of ${concurrency} places to first attempts, however many are due`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(({ body, headers }) => {
        if (!body.toString().startsWith('stuck')) return { status: 200 };
        return headers['relay-attempt'] === '1' ? { status: 503 } : 'hang';
      });
      const stubborn = subscriber(receiver.url, { concurrency, timeoutMs: forever });
      await station.startWorker(configuration([stubborn]));
      try {
        await station.keepMany(20, 'stuck');
        const hanging = Math.max(1, concurrency / 4);
        await eventually('retries hang', () => receiver.received.length === 20 + hanging);
        await station.keepMany(50, 'new');
        await eventually('all that is new is delivered', async () => (await station.ledger()).delivered === 50);
        assert.equal(receiver.received.length, 70 + hanging);
      } finally {
        // A worker that ends waits for what hangs.
        receiver.answer(() => ({ status: 200 }));
        await receiver.close();
      }
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
    const troubled = Object.entries(others).map(([name, { url }]) => subscriber(url, { name, timeoutMs: forever }));
    await station.startWorker(configuration([subscriber(healthy.url), ...troubled]));
    await station.keepMany(500);
    await station.settled();
    assert.equal(healthy.received.length, 500);
    const { waiting, pending } = await station.ledger('hanging');
    assert.deepEqual([waiting, pending], [484, 16]);
  });
});
