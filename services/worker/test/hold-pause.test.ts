import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { breaker, held, person, rhythm } from './given-hold.ts';
import { requestsById, startStation } from './station.ts';

suite('hold: until a person ends it', { concurrency: 4 }, () => {
  test('a pause is followed by every worker, and so is its end', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const config = configuration([subscriber(receiver.url)]);
    // Only what is said of changes can be why they follow.
    const slow = { rhythm: { roundMs: 600_000 } };
    const workers = [await station.startWorker(config, slow), await station.startWorker(config, slow)];
    await person(station).pause();
    const said = (line: string) => workers.every(({ linesOf }) => linesOf(line).length === 1);
    await eventually('both have followed', () => said('subscriber.held'));
    const ids = await station.keepMany(10);
    for (const { metrics } of workers)
      assert.match(await metrics.text(), /relay_subscriber_hold{subscriber="billing",reason="paused"} 1/);
    assert.deepEqual([receiver.received.length, (await station.ledger()).waiting], [0, 10]);

    await person(station).resume('billing');
    await station.settled();
    assert.ok(said('subscriber.resumed'));
    assert.deepEqual([...requestsById(receiver).keys()].sort(), ids.sort());
    for (const { metrics } of workers) assert.doesNotMatch(await metrics.text(), /relay_subscriber_hold{/);
  });

  test('a pause goes before the breaker: no probe is made, and no success ends it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const config = configuration([subscriber(receiver.url, { breaker: { failures: 3, probeMs: [3_600_000] } })]);
    const worker = await station.startWorker(config, { rhythm });
    await station.keepMany(3);
    await held(station, 'breaker');
    await person(station).pause();
    await eventually('it follows', () => worker.linesOf('subscriber.held').some(({ reason }) => reason === 'paused'));
    const attempts = receiver.received.length;
    receiver.answer(() => ({ status: 200 }));
    await station.keepMany(5, 'meanwhile');
    await worker.firstRound();
    assert.equal(receiver.received.length, attempts);
    await person(station).resume('billing');
    await station.settled();
    assert.equal((await station.ledger()).delivered, 8);
  });

  test('a worker that starts while it is on hold reads nothing', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const other = await station.startReceiver();
    const config = configuration([subscriber(receiver.url), subscriber(other.url, { name: 'other' })]);
    await person(station).pause();
    const first = await station.startWorker(config, { rhythm });
    await station.keepMany(5);
    await station.settled('other');
    await first.firstRound();
    assert.equal((await station.ledger()).read, 0);
    assert.equal(receiver.received.length, 0);
  });

  test('410: a dead letter, and nothing more until a person resumes it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 410 }));
    const one = subscriber(receiver.url, { breaker, concurrency: 1 });
    const worker = await station.startWorker(configuration([one]), { rhythm });
    await station.keepMany(5);
    await held(station, 'gone');
    await worker.firstRound();
    await eventually('all is answered', async () => (await station.ledger()).dead === receiver.received.length);
    const { dead, waiting } = await station.ledger();
    assert.ok(dead < 5 && waiting > 0, `${dead} dead letters, ${waiting} waiting`);
    receiver.answer(() => ({ status: 200 }));
    await person(station).resume('billing');
    await station.settled();
    assert.equal((await station.ledger()).delivered, 5 - dead);
  });

  test('a delivery does not age while its subscriber is on hold', async (t) => {
    const station = await startStation(t);
    let now = Date.now();
    const clock = () => now;
    const receiver = await station.startReceiver((_request, number) => ({ status: number === 1 ? 503 : 200 }));
    const retry = { scheduleMs: [1], maxAgeMs: 3_600_000, jitter: 0, giveUpOn: [[410, 410] as const] };
    const staff = person(station, clock);
    const { promise: paused, resolve: pausedNow } = Promise.withResolvers<void>();
    receiver.answer(async (_request, number) => {
      if (number === 1) await paused;
      return { status: number < 3 ? 503 : 200 };
    });
    const worker = await station.startWorker(configuration([subscriber(receiver.url, { retry })]), { rhythm, clock });
    await station.keep('{}');
    await eventually('an attempt', () => receiver.received.length === 1);
    await staff.pause();
    await eventually('it follows', () => worker.linesOf('subscriber.held').length === 1);
    pausedNow();
    await eventually('it is open', async () => (await station.ledger()).open === 1);
    now += 7 * 24 * 3_600_000;
    await staff.resume('billing');
    await station.settled();
    const { delivered, dead } = await station.ledger();
    assert.deepEqual({ delivered, dead }, { delivered: 1, dead: 0 });
    assert.equal(receiver.received.length, 3);
  });

  test('a Redis that starts again knows the hold still', async (t) => {
    const station = await startStation(t, { appendFsync: 'always' });
    const receiver = await station.startReceiver();
    const worker = await station.startWorker(configuration([subscriber(receiver.url)]), { rhythm });
    await person(station).pause();
    await eventually('it follows', () => worker.linesOf('subscriber.held').length === 1);
    await station.redis.restart();
    await eventually('a message is kept', () => station.keep('{}'));
    await eventually('it is read how many wait', async () =>
      (await worker.metrics.text()).includes('relay_waiting_messages{subscriber="billing"} 1'),
    );
    assert.equal(receiver.received.length, 0);
    await person(station).resume('billing');
    await station.settled();
  });
});
