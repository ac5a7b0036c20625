import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { bodies, requestsById, startStation } from './station.ts';

suite('forward', () => {
  test('every kept message goes out once to everybody who receives it, byte for byte', async (t) => {
    const station = await startStation(t);
    const billing = await station.startReceiver();
    const audit = await station.startReceiver();
    await station.startWorker(configuration([subscriber(billing.url), subscriber(audit.url, { name: 'audit' })]));

    const binary = Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x80]);
    const first = await station.keep(binary, 'carrier', { contentType: 'application/octet-stream' });
    const rest = await station.keepMany(100);
    await station.settled('billing');
    await station.settled('audit');

    for (const receiver of [billing, audit]) {
      assert.deepEqual(requestsById(receiver), new Map([first, ...rest].map((id) => [id, 1])));
      const odd = receiver.received.find(({ headers }) => headers['webhook-id'] === first);
      assert.deepEqual(odd?.body, binary);
      assert.equal(odd?.headers['content-type'], 'application/octet-stream');
    }
    const { read, delivered } = await station.ledger();
    assert.deepEqual({ read, delivered }, { read: 101, delivered: 101 });
  });

  test('a message says where it comes from and which attempt this is', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    await station.startWorker(configuration([subscriber(receiver.url, { headers: { 'x-team': 'billing' } })]));
    const facts = { account: '0000000001-00001', service: 'CarrierService', correlationId: 'request-7', devices: [] };
    const id = await station.keep('{}', 'carrier', { facts });
    const { headers } = await eventually('the message', () => receiver.received[0]);
    assert.equal(headers['webhook-id'], id);
    assert.equal(headers['relay-endpoint'], 'carrier');
    assert.equal(headers['relay-source'], 'thingspace');
    assert.equal(headers['relay-account'], '0000000001-00001');
    assert.equal(headers['relay-service'], 'CarrierService');
    assert.equal(headers['relay-correlation-id'], 'request-7');
    assert.equal(headers['relay-attempt'], '1');
    assert.equal(headers['x-team'], 'billing');
  });

  test('a subscriber that hangs does not delay another', async (t) => {
    const station = await startStation(t);
    const hanging = await station.startReceiver(() => 'hang');
    const healthy = await station.startReceiver();
    await station.startWorker(
      configuration([subscriber(hanging.url, { name: 'hanging', concurrency: 2 }), subscriber(healthy.url)]),
    );
    await station.keepMany(200);
    await station.settled('billing');
    assert.equal(healthy.received.length, 200);
    assert.equal(hanging.received.length, 2);
  });

  test('no more is read than can be attempted at once', async (t) => {
    const station = await startStation(t);
    const hanging = await station.startReceiver(() => 'hang');
    const worker = await station.startWorker(configuration([subscriber(hanging.url, { concurrency: 3 })]));
    await station.keepMany(50);
    await eventually('three attempts', () => hanging.received.length === 3);
    const { pending, waiting } = await station.ledger();
    assert.deepEqual({ pending, waiting }, { pending: 3, waiting: 47 });

    // What is handed back is all that anybody else has to make up for.
    await worker.stop(0);
    assert.equal((await station.ledger()).pending, 3);
  });

  test('first attempts, retries and deliveries taken over share the places', async (t) => {
    const station = await startStation(t);
    let inFlight = 0;
    let most = 0;
    const receiver = await station.startReceiver(async (_request, number) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
      return { status: number % 3 === 0 ? 503 : 200 };
    });
    const config = configuration([
      subscriber(receiver.url, {
        concurrency: 2,
        retry: { scheduleMs: [1], maxAgeMs: 60_000, jitter: 0.2, giveUpOn: [[410, 410]] },
      }),
    ]);
    await station.journal.apply([
      { endpoint: 'carrier', dedupMs: 0, cursors: [{ subscriber: 'billing', from: { kind: 'now' } }] },
    ]);
    await station.keepMany(40, 'left by another worker');
    await station.journal.read('billing', ['carrier'], 40);
    await station.journal.handBack(
      'carrier',
      'billing',
      (
        (await station.client.call('XPENDING', 'relay:{carrier}:log', 'billing', '-', '+', 40)) as [
          `${number}-${number}`,
        ][]
      ).map(([entry]) => entry),
    );
    await station.startWorker(config, { rhythm: { roundMs: 10 } });
    await station.keepMany(100);
    await station.settled();
    assert.equal((await station.ledger()).delivered, 140);
    assert.equal(most, 2);
  });

  test('what another worker left behind is not starved by a backlog', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 200 }));
    await station.journal.apply([
      { endpoint: 'carrier', dedupMs: 0, cursors: [{ subscriber: 'billing', from: { kind: 'now' } }] },
    ]);
    await station.keep('left behind');
    const [left] = await station.journal.read('billing', ['carrier'], 1);
    await station.journal.handBack('carrier', 'billing', left === undefined ? [] : [left.entry]);
    await station.keepMany(3_000);
    await station.startWorker(configuration([subscriber(receiver.url, { concurrency: 1 })]), {
      rhythm: { roundMs: 10 },
    });
    await eventually('what was left behind', () => bodies(receiver).includes('left behind'));
    assert.ok((await station.ledger()).waiting > 0);
  });

  test('500 endpoints with two subscribers each: everything arrives', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const names = Array.from({ length: 500 }, (_, i) => `endpoint-${i}`);
    const endpoints = names.map((name) => endpoint(name));
    await station.startWorker(
      configuration(
        ['billing', 'audit'].map((name) => subscriber(`${receiver.url}/${name}`, { name, endpoints: names })),
        endpoints,
      ),
    );
    for (const name of names) await Promise.all([station.keep('one', name), station.keep('two', name)]);
    await eventually('2,000 requests', () => receiver.received.length >= 2_000);
    assert.equal(new Set(receiver.received.map(({ path, headers }) => `${path} ${headers['webhook-id']}`)).size, 2_000);
    assert.equal(receiver.received.length, 2_000);
  });

  test('workers side by side share the messages and repeat none', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const config = configuration([subscriber(receiver.url)]);
    const workers = [
      await station.startWorker(config, { rhythm: { roundMs: 20 } }),
      await station.startWorker(config, { rhythm: { roundMs: 20 } }),
    ];
    const ids = await station.keepMany(500);
    await station.settled();
    assert.deepEqual(requestsById(receiver), new Map(ids.map((id) => [id, 1])));
    for (const { consumer, linesOf } of workers)
      assert.ok(linesOf('delivery.attempted').length > 0, `${consumer} had its share`);
  });
});
