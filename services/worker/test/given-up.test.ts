import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { GiveUpReason, RetryPolicy } from '@relay/core';
import { configuration, subscriber } from './given.ts';
import { startStation } from './station.ts';

const policy: RetryPolicy = { scheduleMs: [20], maxAgeMs: 86_400_000, jitter: 0, giveUpOn: [[410, 410]] };

const cases: readonly [reason: GiveUpReason, changes: Partial<RetryPolicy>, status: number, attempts: number][] = [
  ['too many attempts', { maxAttempts: 3 }, 503, 3],
  ['refused', { giveUpOn: [[422, 422]] }, 422, 1],
  ['refused', { retryOn: [[500, 599]] }, 404, 1],
];

suite('given up', () => {
  for (const [reason, changes, status, attempts] of cases) {
    test(`${JSON.stringify(changes)}: a dead letter after ${attempts} times ${status}, and why is told everywhere`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(() => ({ status }));
      const retry = { ...policy, ...changes };
      const worker = await station.startWorker(configuration([subscriber(receiver.url, { retry })]));
      const id = await station.keep('{}');
      await station.settled();
      assert.equal((await station.ledger()).dead, 1);
      assert.deepEqual(
        receiver.received.map(({ headers }) => headers['relay-attempt']),
        Array.from({ length: attempts }, (_, index) => String(index + 1)),
      );
      const [delivery] = (await station.journal.story(id))?.deliveries ?? [];
      assert.equal(delivery?.state, 'dead');
      assert.equal(delivery?.reason, reason);
      assert.deepEqual(
        worker.linesOf('delivery.attempted').flatMap((line) => line.reason ?? []),
        [reason],
      );
    });
  }
});
