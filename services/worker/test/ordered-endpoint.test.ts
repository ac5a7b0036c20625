import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { generationOf } from '@relay/core';
import { createDeadLetters, createSkip } from '@relay/journal';
import { createRetries } from '@relay/retries';
import { eventually, type Reply } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { bodyOf, inOrder, numbersOf, saidIn } from './given-order.ts';
import { requestsById, startStation } from './station.ts';

const lease = 'relay:{carrier}:lease:billing';

suite('an endpoint in order', { concurrency: true }, () => {
  test('nothing goes out before what was kept before it has come to its end, however often that fails', async (t) => {
    const station = await startStation(t);
    let failures = 0;
    const receiver = await station.startReceiver(({ body }) => {
      const fails = saidIn(body).number % 3 === 0 && failures++ % 3 < 2;
      return { status: fails ? 503 : 200 };
    });
    await station.startWorker(inOrder(receiver, 'endpoint', { retry: { ...subscriber('').retry, scheduleMs: [5] } }));
    for (let number = 1; number <= 12; number++) await station.keep(bodyOf(number));
    await station.settled();
    assert.deepEqual(
      numbersOf(receiver),
      Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? [i + 1, i + 1, i + 1] : [i + 1])).flat(),
    );
    assert.equal((await station.ledger()).delivered, 12);
  });

  test('a dead letter lets the next one go', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) => ({ status: saidIn(body).number === 1 ? 410 : 200 }));
    await station.startWorker(inOrder(receiver, 'endpoint'));
    for (let number = 1; number <= 3; number++) await station.keep(bodyOf(number));
    await station.settled();
    assert.deepEqual(numbersOf(receiver), [1, 2, 3]);
    const { dead, delivered } = await station.ledger();
    assert.deepEqual({ dead, delivered }, { dead: 1, delivered: 2 });
  });

  test('a replay stands in no line', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body, headers }) => {
      if (headers['relay-replay'] !== undefined) return { status: 200 };
      return saidIn(body).number === 1 ? { status: 410 } : 'hang';
    });
    await station.startWorker(inOrder(receiver, 'endpoint', { timeoutMs: 600_000 }), {
      rhythm: { roundMs: 50, overdueMs: 50 },
    });
    for (let number = 1; number <= 3; number++) await station.keep(bodyOf(number));
    await eventually('the line stands', () => receiver.received.length === 2);
    const letters = createDeadLetters({ redis: station.client, retentionMs: 86_400_000 });
    const [letter] = (await letters.list('carrier', 'billing', { count: 1 })).letters;
    assert.ok(letter);
    await letters.replay('carrier', 'billing', [letter.letter]);
    const { entry } = letter;
    const alarms = createRetries({ redis: station.client, onAlarm: async () => {}, onError: () => {} });
    const delivery = await station.journal.open('carrier', 'billing', entry);
    assert.ok(delivery);
    await alarms.wake('billing', { endpoint: 'carrier', entry, generation: generationOf(delivery.attempts) }, 0);
    await eventually('the replay', async () => (await station.ledger()).delivered === 1);
    await alarms.close();
    assert.deepEqual(numbersOf(receiver), [1, 2, 1]);
  });

  test('a worker that stops lets another one go on at once, with what it had read first', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = inOrder(receiver, 'endpoint');
    const first = await station.startWorker(config);
    for (let number = 1; number <= 20; number++) await station.keep(bodyOf(number));
    await eventually('an attempt', () => receiver.received.length === 1);
    const second = await station.startWorker(config, { rhythm: { roundMs: 50 } });
    await second.firstRound();
    assert.equal(receiver.received.length, 1);
    receiver.answer(() => ({ status: 200 }));
    await first.stop(0);
    await station.client.del(lease); // its attempt was cut off, and so it could not wait to give it back
    await station.settled();
    assert.deepEqual(numbersOf(receiver), [1, ...Array.from({ length: 20 }, (_, i) => i + 1)]);
  });

  test('a lease is given back by a worker that stops', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const worker = await station.startWorker(inOrder(receiver, 'endpoint'));
    await station.keep(bodyOf(1));
    await station.settled();
    assert.equal(await station.client.exists(lease), 1);
    await worker.stop(5_000);
    assert.equal(await station.client.exists(lease), 0);
  });

  // The message that had failed waited for room that was taken up by those behind it.
  test('large messages behind one that has failed leave it the memory it needs', async (t) => {
    const station = await startStation(t);
    let answer: ((reply: Reply) => void) | undefined;
    const receiver = await station.startReceiver(() => new Promise<Reply>((resolve) => (answer = resolve)));
    await station.startWorker(inOrder(receiver, 'endpoint', { concurrency: 1 }));
    const large = Buffer.alloc(45 * 1024 * 1024, 'x');
    for (const body of ['small', large, large, large]) await station.keep(body);
    await eventually('all are read', async () => (await station.ledger()).pending === 4);
    receiver.answer(() => ({ status: 200 }));
    answer?.({ status: 503 });
    await station.settled();
    assert.equal(receiver.received.length, 5);
  });

  test('a frozen worker’s late word changes no books, and no message is passed over', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = inOrder(receiver, 'endpoint', { timeoutMs: 60_000 });
    const frozen = await station.startProcess(config);
    for (let number = 1; number <= 5; number++) await station.keep(bodyOf(number));
    await eventually('an attempt', () => receiver.received.length === 1);
    frozen.signal('SIGSTOP');
    await station.client.del(lease); // nobody has to wait until it ends by itself
    receiver.answer(() => ({ status: 200 }));
    await station.startWorker(config);
    await station.settled();
    assert.deepEqual(numbersOf(receiver), [1, 1, 2, 3, 4, 5]);

    await receiver.close();
    frozen.signal('SIGCONT');
    const late = await eventually('its own attempt to end', () => frozen.linesOf('delivery.attempted')[0]);
    assert.equal(late.counted, false);
    const { read, delivered, open, pending } = await station.ledger();
    assert.deepEqual({ read, delivered, open, pending }, { read: 5, delivered: 5, open: 0, pending: 0 });
  });

  test('what a subscriber wants no order of any more is delivered all the same, and the reverse', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const retry = { ...subscriber('').retry, scheduleMs: [200] };
    const worker = await station.startWorker(inOrder(receiver, 'device', { retry }), {
      rhythm: { roundMs: 50, overdueMs: 100 },
    });
    for (let number = 1; number <= 5; number++) await station.keep(bodyOf(number, 'a'));
    await eventually('those behind are left to the log', async () => (await station.ledger()).open === 5);
    await worker.apply(configuration([subscriber(receiver.url, { retry })]));
    await eventually('each has been attempted', () => requestsById(receiver).size === 5);
    await worker.apply(inOrder(receiver, 'device', { retry }));
    for (let number = 6; number <= 8; number++) await station.keep(bodyOf(number, 'a'));
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.equal((await station.ledger()).delivered, 8);
    const succeeded = numbersOf(receiver).slice(-8);
    assert.deepEqual(succeeded.slice(-3), [6, 7, 8]);
  });

  // It stood in its line until its next attempt would have been due, hours later, and everything behind it waited.
  for (const order of ['endpoint', 'device'] as const) {
    test(`what a person skips stands before nobody any more: by ${order}`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(({ body }) => ({ status: saidIn(body).number === 1 ? 503 : 200 }));
      const retry = { ...subscriber('').retry, scheduleMs: [3_600_000] };
      await station.startWorker(inOrder(receiver, order, { retry }), { rhythm: { roundMs: 50 } });
      for (let number = 1; number <= 3; number++) await station.keep(bodyOf(number, 'a'));
      await eventually(
        'the first fails',
        async () => (await station.ledger()).open >= 1 && receiver.received.length === 1,
      );
      const skip = createSkip({ redis: station.client, retentionMs: 86_400_000 });
      const before = Date.now() + 1;
      await eventually('all three are read', async () => (await station.ledger()).waiting === 0);
      await skip.discard('carrier', 'billing', before);
      assert.equal((await station.ledger()).discarded, 3);
      await station.keep(bodyOf(4, 'a'));
      await station.settled();
      assert.deepEqual(numbersOf(receiver), [1, 4]);
      const { delivered, discarded } = await station.ledger();
      assert.deepEqual({ delivered, discarded }, { delivered: 1, discarded: 3 });
    });
  }
});
