import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import type { Subscriber } from '@relay/core';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { breaker, held, person, retriedLater, rhythm, runs } from './given-hold.ts';
import { startStation } from './station.ts';

suite('hold: its breaker', { concurrency: 4 }, () => {
  // Every probe used to be of what waits: a subscriber that takes only repetitions was on hold as long as anything waited.
  test('what is taken only the second time does not hold it for ever', async (t) => {
    const station = await startStation(t);
    const seen = new Set<string>();
    let refusedBefore: number | undefined;
    const receiver = await station.startReceiver(({ headers }) => {
      const id = String(headers['webhook-id']);
      const again = seen.has(id);
      seen.add(id);
      if (again) refusedBefore ??= seen.size;
      return { status: again ? 200 : 503 };
    });
    const retry: Subscriber['retry'] = { ...retriedLater, scheduleMs: [1] };
    await station.startWorker(configuration([subscriber(receiver.url, { breaker, retry })]), { rhythm });
    await station.keepMany(100);
    await station.settled();
    assert.equal((await station.ledger()).delivered, 100);
    assert.ok(refusedBefore !== undefined && refusedBefore < 100, `refused before one was taken: ${refusedBefore}`);
  });

  test('what an attempt comes to that began before a resume holds nobody', async (t) => {
    const station = await startStation(t);
    const answers: ((status: number) => void)[] = [];
    const receiver = await station.startReceiver(
      () => new Promise((resolve) => answers.push((status) => resolve({ status }))),
    );
    const one = subscriber(receiver.url, { breaker, retry: retriedLater });
    const worker = await station.startWorker(configuration([one]), { rhythm });
    await station.keepMany(5);
    await eventually('five attempts', () => answers.length === 5);
    await person(station).pause();
    await person(station).resume('billing');
    await eventually('it has followed', () => worker.linesOf('subscriber.resumed').length === 1);
    for (const answer of answers) answer(503);
    await eventually('they are open', async () => (await station.ledger()).open === 5);
    receiver.answer(() => ({ status: 503 }));
    await station.keepMany(2, 'fresh');
    await eventually('two more are', async () => (await station.ledger()).open === 7);
    const { hold, version } = await person(station).stateNow();
    assert.deepEqual({ hold, version }, { hold: undefined, version: 2 });
  });

  test('after a hold it gets one delivery at a time first, and never more than twice as many as went well', async (t) => {
    const station = await startStation(t);
    let underWay = 0;
    const atOnce: number[] = [];
    const receiver = await station.startReceiver(async () => {
      underWay += 1;
      atOnce.push(underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay -= 1;
      return { status: 200 };
    });
    const worker = await station.startWorker(configuration([subscriber(receiver.url)]), { rhythm });
    await person(station).pause();
    await eventually('it follows', () => worker.linesOf('subscriber.held').length === 1);
    await station.keepMany(60);
    await person(station).resume('billing');
    await station.settled();
    assert.equal(atOnce.length, 60);
    // One in the first round, two in the second, four in the third.
    assert.deepEqual(
      [atOnce[0], Math.max(...atOnce.slice(0, 3)) <= 2, Math.max(...atOnce.slice(0, 7)) <= 4],
      [1, true, true],
    );
    assert.ok(Math.max(...atOnce) > 4);
  });

  test('a reload that switches the breaker off ends its hold', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const slow = { failures: 3, probeMs: [3_600_000] };
    const worker = await station.startWorker(configuration([subscriber(receiver.url, { breaker: slow })]), { rhythm });
    await station.keepMany(3);
    await held(station, 'breaker');
    receiver.answer(() => ({ status: 200 }));
    await worker.apply(configuration([subscriber(receiver.url)]));
    await runs(station);
    await station.settled();
  });

  test('without a breaker neither failures nor 410 hold it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => ({ status: number % 2 === 0 ? 410 : 503 }));
    await station.startWorker(configuration([subscriber(receiver.url, { retry: retriedLater })]), { rhythm });
    await station.keepMany(40);
    await eventually('all were attempted', () => receiver.received.length === 40);
    assert.equal((await person(station).stateNow()).version, 0);
  });
});
