import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RetryPolicy } from '@relay/core';
import { createRetries } from '@relay/retries';
import { eventually, type Reply } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { type Station, startStation } from './station.ts';

const days: Omit<RetryPolicy, 'scheduleMs'> = { maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] };

/** Answers in this order, then 200. */
function answers(...replies: Reply[]) {
  return (_request: unknown, number: number): Reply => replies[number - 1] ?? { status: 200 };
}

suite('retry', () => {
  test('refused twice: delivered by the third attempt, never sooner than scheduled', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(answers({ status: 503 }, { status: 503 }));
    const scheduleMs = [100, 300];
    // Only the alarms may wake it.
    await station.startWorker(configuration([subscriber(receiver.url, { retry: { ...days, scheduleMs } })]), {
      rhythm: { overdueMs: Number.MAX_SAFE_INTEGER },
    });
    const id = await station.keep('{"a":1}');
    await station.settled();

    const { received } = receiver;
    assert.deepEqual(
      received.map(({ headers, body }) => [headers['webhook-id'], headers['relay-attempt'], body.toString()]),
      ['1', '2', '3'].map((attempt) => [id, attempt, '{"a":1}']),
    );
    const [first = 0, second = 0, third = 0] = received.map(({ at }) => at);
    assert.ok(second - first >= 100 && third - second >= 300, `${second - first} and ${third - second} ms`);
    const story = await station.journal.story(id);
    const [delivery] = story?.deliveries ?? [];
    assert.equal(delivery?.state, 'delivered');
    assert.deepEqual(delivery?.attempts.words, ['503', '503', '200']);
  });

  for (const reply of ['reset', { raw: 'nonsense' }, { status: 302, headers: { location: '/' } }] as const) {
    test(`${typeof reply === 'string' ? reply : JSON.stringify(reply)}: tried again`, async (t) => {
      const station = await startStation(t);
      const receiver = await station.startReceiver(answers(reply, reply));
      await station.startWorker(configuration([subscriber(receiver.url)]));
      await station.keep('{}');
      await station.settled();
      assert.equal((await station.ledger()).delivered, 1);
    });
  }

  test('a subscriber that is not there gets everything once it is', async (t) => {
    const station = await startStation(t);
    const { port, url, close } = await station.startReceiver();
    await close();
    await station.startWorker(configuration([subscriber(url)]));
    const ids = await station.keepMany(20);
    await eventually('all were tried', async () => (await station.ledger()).open === 20);
    const receiver = await station.startReceiver(undefined, port);
    await station.settled();
    assert.deepEqual(receiver.received.map(({ headers }) => headers['webhook-id']).sort(), [...ids].sort());
  });

  test('Retry-After is honoured where it asks for more than the schedule', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(answers({ status: 429, headers: { 'retry-after': '1' } }));
    await station.startWorker(configuration([subscriber(receiver.url)]));
    await station.keep('{}');
    await station.settled();
    const [first = 0, second = 0] = receiver.received.map(({ at }) => at);
    assert.ok(second - first >= 1_000, `${second - first} ms`);
  });

  test('410: a dead letter at once, tried once, with its body and reason', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(answers({ status: 410 }));
    const worker = await station.startWorker(configuration([subscriber(receiver.url)]));
    const body = Buffer.from([0xff, 0x00, 0x31]);
    const id = await station.keep(body);
    await station.keep('a later one');
    await station.settled();

    assert.equal(receiver.received.filter(({ headers }) => headers['webhook-id'] === id).length, 1);
    const { dead, deadLetters, delivered } = await station.ledger();
    assert.deepEqual({ dead, deadLetters, delivered }, { dead: 1, deadLetters: 1, delivered: 1 });
    const [letter] = await lettersOf(station);
    assert.deepEqual(letter?.b, body);
    assert.equal(String(letter?.reason), 'gone');
    assert.equal(id.includes(String(letter?.entry)), true);
    assert.equal((await station.journal.story(id))?.deliveries[0]?.state, 'dead');
    assert.deepEqual(
      worker.linesOf('delivery.attempted').flatMap(({ reason }) => reason ?? []),
      ['gone'],
    );
  });

  test('older than maxAge: a dead letter', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 500 }));
    const retry: RetryPolicy = { scheduleMs: [100], maxAgeMs: 250, jitter: 0.2, giveUpOn: [[410, 410]] };
    await station.startWorker(configuration([subscriber(receiver.url, { retry })]));
    await station.keep('{}');
    await station.settled();
    const [letter] = await lettersOf(station);
    assert.equal(String(letter?.reason), 'too old');
    assert.equal(String(letter?.b), '{}');
    assert.ok(receiver.received.length > 1);
  });

  test('alarms that were lost are set again', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const retry = { ...days, scheduleMs: [1_000] };
    await station.startWorker(configuration([subscriber(receiver.url, { retry })]), {
      rhythm: { roundMs: 50, overdueMs: 0 },
    });
    await station.keepMany(20);
    await eventually('all are open', async () => (await station.ledger()).open === 20);
    const lost = await station.client.keys('relay:retries:{billing}:*');
    await station.client.del(...lost);
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.equal((await station.ledger()).delivered, 20);
  });

  // The next attempt used to follow at once.
  test('an alarm that rings a second time, when the next attempt waits for a later one, makes no attempt', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(answers({ status: 503 }, { status: 503 }));
    const retry = { ...days, scheduleMs: [1, 1_000] };
    await station.startWorker(configuration([subscriber(receiver.url, { retry })]));
    await station.keep('{}');
    const open = () => station.journal.overdue('carrier', 'billing', Number.MAX_SAFE_INTEGER, 10);
    const { entry } = await eventually('the second attempt', async () =>
      (await open()).find(({ generation }) => generation === 2),
    );
    const alarms = createRetries({ redis: station.client, onAlarm: async () => undefined, onError: () => undefined });
    await alarms.wake('billing', { endpoint: 'carrier', entry, generation: 1 }, 0);
    await alarms.close();
    await station.settled();
    const [, second = 0, third = 0] = receiver.received.map(({ at }) => at);
    assert.ok(third - second >= 1_000, `${third - second} ms`);
    assert.equal(receiver.received.length, 3);
  });

  test('nobody listens for alarms once nothing has been open for a while, and again when something is', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(answers({ status: 503 }));
    const listening = async () => String(await station.client.client('LIST')).includes('cmd=bzpopmin');
    await station.startWorker(configuration([subscriber(receiver.url)]), {
      rhythm: { roundMs: 20, easeAfterRounds: 3 },
    });
    await station.keep('refused at first');
    await eventually('alarms are listened for', listening);
    await station.settled();
    await eventually('nobody listens', async () => !(await listening()));

    receiver.answer((_request, number) => ({ status: number === 3 ? 503 : 200 }));
    await station.keep('refused at first, too');
    await station.settled();
    assert.equal((await station.ledger()).delivered, 2);
  });
});

type Fields = Record<string, Buffer>;

async function lettersOf({ client }: Station): Promise<Fields[]> {
  const entries = (await client.callBuffer('XRANGE', 'relay:{carrier}:dead:billing', '-', '+')) as [Buffer, Buffer[]][];
  return entries.map(([, flat]) =>
    Object.fromEntries(
      flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1] ?? Buffer.alloc(0)]] : [])),
    ),
  );
}
