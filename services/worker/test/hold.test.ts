import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import type { Subscriber } from '@relay/core';
import { createHolds } from '@relay/holds';
import { createDeadLetters } from '@relay/journal';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { bodies, requestsById, type Station, startStation } from './station.ts';

const rhythm = { roundMs: 20, overdueMs: 100 };
const breaker = { failures: 3, probeMs: [20] };
/** No retry comes in the way of what is looked at. */
const retriedLater: Subscriber['retry'] = {
  scheduleMs: [3_600_000],
  maxAgeMs: 86_400_000,
  jitter: 0,
  giveUpOn: [[410, 410]],
};

/** What a person sees and does, with relay subscribers. */
function person({ client }: Station, clock: () => number = Date.now) {
  const holds = createHolds({ redis: client, clock });
  return {
    ...holds,
    async stateNow() {
      await holds.follow(['billing']);
      return holds.stateOf('billing');
    },
    pause: () => holds.hold('billing', { reason: 'paused', why: 'by hand' }),
  };
}

/** Until billing is on hold for this reason. */
async function held(station: Station, reason: string) {
  const { stateNow } = person(station);
  return eventually(`billing is held: ${reason}`, async () => {
    const { hold } = await stateNow();
    return hold?.reason === reason ? hold : undefined;
  });
}

async function runs(station: Station) {
  const { stateNow } = person(station);
  await eventually('billing runs', async () => (await stateNow()).hold === undefined);
}

suite('hold', { concurrency: 4 }, () => {
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

  test('without a breaker neither failures nor 410 hold it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => ({ status: number % 2 === 0 ? 410 : 503 }));
    await station.startWorker(configuration([subscriber(receiver.url, { retry: retriedLater })]), { rhythm });
    await station.keepMany(40);
    await eventually('all were attempted', () => receiver.received.length === 40);
    assert.equal((await person(station).stateNow()).version, 0);
  });

  test('too many open deliveries hold it until they have become fewer; they are tried again meanwhile', async (t) => {
    const station = await startStation(t);
    let well = false;
    const receiver = await station.startReceiver(() => ({ status: well ? 200 : 503 }));
    const one = subscriber(receiver.url, { concurrency: 2 });
    const crowdLimits = { mostOpen: 10, fewOpen: 3 };
    await station.startWorker(configuration([one]), { rhythm, crowdLimits });
    await station.keepMany(200);
    assert.match((await held(station, 'crowded')).why, /^\d+ open deliveries$/);
    const { waiting } = await station.ledger();
    const attempts = receiver.received.length;
    await eventually('retries go on', () => receiver.received.length > attempts + 5);
    assert.equal((await station.ledger()).waiting, waiting);
    well = true;
    await station.settled();
    await runs(station);
    assert.equal((await station.ledger()).delivered, 200);
  });

  // A broken log used to stop the judging of everybody: what was crowded waited for ever, and nothing was crowded any more.
  test("the broken log of another's endpoint keeps no crowded subscriber on hold", async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const healthy = await station.startReceiver();
    const retry = { ...retriedLater, scheduleMs: [200] };
    const subscribers = [
      subscriber(receiver.url, { concurrency: 4, retry }),
      subscriber(healthy.url, { name: 'other', endpoints: ['broken'] }),
    ];
    const config = configuration(subscribers, [endpoint('carrier'), endpoint('broken')]);
    await station.startWorker(config, { rhythm, crowdLimits: { mostOpen: 10, fewOpen: 3 } });
    await station.client.set('relay:{broken}:open:other', 'not what it should be');
    await station.keepMany(100);
    await held(station, 'crowded');
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    await runs(station);
  });

  test('a subscriber stays crowded while one of its logs cannot be read', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const later = await station.startReceiver(() => ({ status: 503 }));
    const retry = { ...retriedLater, scheduleMs: [200] };
    const subscribers = [
      subscriber(receiver.url, { endpoints: ['carrier', 'broken'], concurrency: 4, retry }),
      subscriber(later.url, { name: 'later', concurrency: 4, retry }),
    ];
    const config = configuration(subscribers, [endpoint('carrier'), endpoint('broken')]);
    const worker = await station.startWorker(config, { rhythm, crowdLimits: { mostOpen: 10, fewOpen: 3 } });
    await station.client.set('relay:{broken}:open:billing', 'not what it should be');
    await station.keepMany(100);
    await held(station, 'crowded');
    const heldNames = () => worker.linesOf('subscriber.held').map((line) => line.subscriber);
    await eventually('later is crowded, too', () => heldNames().includes('later'));
    receiver.answer(() => ({ status: 200 }));
    await eventually('nothing that can be seen is open', async () => (await station.ledger()).open === 0);
    // Of the two it is judged last.
    later.answer(() => ({ status: 200 }));
    await station.settled('later');
    assert.equal((await person(station).stateNow()).hold?.reason, 'crowded');
    await station.client.del('relay:{broken}:open:billing');
    await station.settled();
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
