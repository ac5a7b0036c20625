import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually, type Reply } from '@relay/testkit';
import { subscriber } from './given.ts';
import { bodyOf, inOrder, numbersOf, type Said, saidIn } from './given-order.ts';
import { type Station, startStation } from './station.ts';

const lease = 'relay:{carrier}:lease:billing';

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
