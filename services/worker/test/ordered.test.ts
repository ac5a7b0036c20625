import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { generationOf, type Subscriber } from '@relay/core';
import { createHolds } from '@relay/holds';
import { createDeadLetters, createSkip } from '@relay/journal';
import { createRetries } from '@relay/retries';
import { eventually, type Receiver, type Reply } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { requestsById, type Station, startStation } from './station.ts';

const lease = 'relay:{carrier}:lease:billing';

/** What a message says of itself, in the shape that its source reads. */
interface Said {
  readonly number: number;
  readonly devices: readonly string[];
}

function bodyOf(number: number, ...devices: readonly string[]): string {
  return JSON.stringify({ number, deviceIds: devices.map((id) => ({ id, kind: 'iccid' })) });
}

function saidIn(body: Buffer): Said {
  const { number, deviceIds } = JSON.parse(body.toString()) as { number: number; deviceIds: { id: string }[] };
  return { number, devices: deviceIds.map(({ id }) => id) };
}

function numbersOf({ received }: Receiver): number[] {
  return received.map(({ body }) => saidIn(body).number);
}

function inOrder(receiver: Receiver, order: 'endpoint' | 'device', changes: Partial<Subscriber> = {}) {
  return configuration([subscriber(receiver.url, { order, ...changes })]);
}

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
});

suite('devices in order', { concurrency: true }, () => {
  test('one device’s trouble holds back what is behind it, and no other device', async (t) => {
    const station = await startStation(t);
    let mended = false;
    const receiver = await station.startReceiver(({ body }): Reply => {
      const { devices } = saidIn(body);
      return { status: devices.includes('ill') && !mended ? 503 : 200 };
    });
    await station.startWorker(inOrder(receiver, 'device', { concurrency: 2 }));
    for (let number = 1; number <= 60; number++) await station.keep(bodyOf(number, number % 2 ? 'ill' : `d${number}`));
    await eventually('all others', async () => (await station.ledger()).delivered === 30);
    assert.deepEqual(new Set(numbersOf(receiver).filter((number) => number % 2 === 1)), new Set([1]));
    await eventually('the others of it wait in the log', async () => (await station.ledger()).open === 30);
    mended = true;
    await station.settled();
    const ofIll = numbersOf(receiver).filter((number) => number % 2 === 1);
    assert.deepEqual(
      ofIll.slice(-30),
      Array.from({ length: 30 }, (_, i) => 2 * i + 1),
    );
  });

  test('a device’s trouble does not keep a subscriber on hold that takes what others say', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) => ({
      status: saidIn(body).devices.includes('ill') ? 500 : 200,
    }));
    const breaker = { failures: 3, probeMs: [30] };
    // By each probe it is due again.
    const retry = { ...subscriber('').retry, scheduleMs: [1] };
    const worker = await station.startWorker(inOrder(receiver, 'device', { breaker, retry, concurrency: 2 }), {
      rhythm: { roundMs: 50 },
    });
    await station.keep(bodyOf(1, 'ill'));
    await eventually('a hold', () => worker.linesOf('subscriber.held').length > 0);
    for (let number = 2; number <= 30; number++) await station.keep(bodyOf(number, 'ill'));
    await station.keep(bodyOf(31, 'well'));
    await eventually('the other device', async () => (await station.ledger()).delivered === 1);
    assert.deepEqual(new Set(numbersOf(receiver)), new Set([1, 31]));
  });

  test('one that hangs holds back no other device either, however many are behind it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) =>
      saidIn(body).devices.includes('slow') ? 'hang' : { status: 200 },
    );
    await station.startWorker(inOrder(receiver, 'device', { concurrency: 2, timeoutMs: 600_000 }));
    for (let number = 1; number <= 50; number++) await station.keep(bodyOf(number, 'slow'));
    await station.keep(bodyOf(51, 'quick'));
    await eventually('the other device', () => numbersOf(receiver).includes(51));
    assert.deepEqual(numbersOf(receiver), [1, 51]);
  });

  test('a message of several devices waits for all of them, and one of none for nobody', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(({ body }) => (saidIn(body).number === 1 ? 'hang' : { status: 200 }));
    await station.startWorker(inOrder(receiver, 'device', { timeoutMs: 500 }));
    await station.keep(bodyOf(1, 'a'));
    await station.keep(bodyOf(2, 'a', 'b'));
    await station.keep(bodyOf(3, 'b'));
    await station.keep(bodyOf(4));
    await station.keep(bodyOf(5, 'c'));
    await eventually('the two that wait for nobody', () => receiver.received.length === 3);
    assert.deepEqual(numbersOf(receiver).sort(), [1, 4, 5]);
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.deepEqual(
      numbersOf(receiver).filter((number) => number < 4),
      [1, 1, 2, 3],
    );
  });

  test('2,000 messages of 50 devices, failing at random, while one worker is killed and leases are lost: none out of order', async (t) => {
    const [messages, devices] = [2_000, 50];
    const station = await startStation(t);
    const delivered: Said[] = [];
    const random = dice(7);
    const receiver = await station.startReceiver(({ body }): Reply => {
      if (random() < 0.1) return { status: 500 };
      if (random() < 0.03) return 'reset';
      delivered.push(saidIn(body));
      return { status: 200 };
    });
    const config = inOrder(receiver, 'device', {
      concurrency: 16,
      retry: { ...subscriber('').retry, scheduleMs: [5] },
    });
    const killed = await station.startProcess(config);
    await station.startWorker(config, { rhythm: { roundMs: 100 } });
    await keepAll(station, messages, devices, random);
    await eventually('a part', () => delivered.length > messages / 4);
    await killed.kill();
    await station.client.del(lease); // nobody has to wait until it ends by itself
    for (const part of [0.5, 0.6, 0.7, 0.8]) {
      await eventually('more', () => delivered.length > messages * part);
      await station.client.del(lease);
    }
    await station.settled();
    assert.equal(new Set(delivered.map(({ number }) => number)).size, messages);
    assert.deepEqual(outOfOrder(delivered), []);
    const { read, delivered: counted, open, pending } = await station.ledger();
    assert.deepEqual({ read, counted, open, pending }, { read: messages, counted: messages, open: 0, pending: 0 });
    t.diagnostic(`${delivered.length - messages} repeated, where an attempt was cut off`);
    assert.ok(delivered.length - messages <= 5 * 16, `${delivered.length - messages} repeated`);
  });
});

/** Most of one device, some of two. In this order: the number is the place in the log. */
async function keepAll(station: Station, messages: number, devices: number, random: () => number): Promise<void> {
  const pick = () => `device-${Math.floor(random() * devices)}`;
  for (let from = 1; from <= messages; from += 200) {
    const page = Array.from({ length: Math.min(200, messages - from + 1) }, (_, i) =>
      station.keep(bodyOf(from + i, pick(), ...(random() < 0.1 ? [pick()] : []))),
    );
    await Promise.all(page);
  }
}

/** Messages that were delivered for the first time behind a later one of the same device. */
function outOfOrder(delivered: readonly Said[]): number[] {
  const latest = new Map<string, number>();
  const seen = new Set<number>();
  const wrong: number[] = [];
  for (const { number, devices } of delivered) {
    if (seen.has(number)) continue;
    seen.add(number);
    if (devices.some((device) => (latest.get(device) ?? 0) > number)) wrong.push(number);
    for (const device of devices) latest.set(device, Math.max(number, latest.get(device) ?? 0));
  }
  return wrong;
}

/** Numbers below 1, always the same. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
