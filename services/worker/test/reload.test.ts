import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { bodies, requestsById, startStation } from './station.ts';

suite('reload', () => {
  test('an endpoint and a subscriber are added: both are served without a restart', async (t) => {
    const station = await startStation(t);
    const billing = await station.startReceiver();
    const audit = await station.startReceiver();
    const worker = await station.startProcess(configuration([subscriber(billing.url)]));
    await station.keep('before');
    await station.settled();

    const endpoints = ['carrier', 'alerts'];
    worker.write(
      configuration(
        [subscriber(billing.url, { endpoints }), subscriber(audit.url, { name: 'audit', endpoints })],
        endpoints.map((name) => endpoint(name)),
      ),
    );
    await eventually('it is in force', () => worker.linesOf('configuration.applied').length === 2);
    await station.keep('carrier after');
    await station.keep('alert after', 'alerts');
    await eventually('all deliveries', () => billing.received.length === 3 && audit.received.length === 2);
    assert.deepEqual(bodies(billing).sort(), ['alert after', 'before', 'carrier after']);
    assert.deepEqual(bodies(audit).sort(), ['alert after', 'carrier after']);
  });

  test('a subscriber changes under load: nothing is lost or repeated, and the new address gets the rest', async (t) => {
    const station = await startStation(t);
    const answering = async () => {
      await pause(2);
      return { status: 200 };
    };
    const before = await station.startReceiver(answering);
    const after = await station.startReceiver(answering);
    const worker = await station.startProcess(configuration([subscriber(before.url, { concurrency: 2 })]));
    const ids = await station.keepMany(300);
    await eventually('some deliveries', () => before.received.length >= 20);
    worker.write(configuration([subscriber(after.url, { concurrency: 8 })]));
    await station.settled();
    assert.ok(after.received.length > 0);
    const counts = [...requestsById(before), ...requestsById(after)];
    assert.equal(counts.length, 300);
    assert.deepEqual(new Map(counts), new Map(ids.map((id) => [id, 1])));
  });

  test('a subscriber is removed under load and comes back: it goes on where it stood', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(async (_request, number) => {
      await pause(2);
      return { status: number % 7 === 0 ? 503 : 200 };
    });
    const healthy = await station.startReceiver();
    const other = subscriber(healthy.url, { name: 'other' });
    const config = configuration([subscriber(receiver.url, { concurrency: 4 }), other]);
    const worker = await station.startWorker(config, { rhythm: { roundMs: 20, overdueMs: 0 } });
    const ids = await station.keepMany(300);
    await eventually('some deliveries', () => receiver.received.length >= 20);

    await worker.apply(configuration([other]));
    await station.settled('other');
    const { delivered, waiting } = await station.ledger();
    assert.ok(waiting > 0, 'it was removed in the middle');
    assert.equal((await worker.metrics.text()).includes('relay_waiting_messages{subscriber="billing"}'), false);

    await worker.apply(config);
    await station.settled();
    const ledger = await station.ledger();
    assert.ok(delivered < 300);
    assert.deepEqual({ delivered: ledger.delivered, skipped: ledger.skipped }, { delivered: 300, skipped: 0 });
    assert.deepEqual([...requestsById(receiver).keys()].sort(), [...ids].sort());
  });

  // What had not been read yet used to be skipped, and was lost.
  test('a subscriber stops receiving an endpoint and takes it up again: nothing was skipped', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const endpoints = [endpoint(), endpoint('alerts')];
    const both = (timeoutMs: number) =>
      subscriber(receiver.url, { endpoints: ['carrier', 'alerts'], concurrency: 4, timeoutMs });
    const worker = await station.startWorker(configuration([both(300)], endpoints), {
      rhythm: { roundMs: 20, overdueMs: 0 },
    });
    const ids = await station.keepMany(200);
    await eventually('some are in flight', () => receiver.received.length === 4);
    await worker.apply(configuration([{ ...both(300), endpoints: ['alerts'] }], endpoints));
    receiver.answer(() => ({ status: 200 }));
    const alert = await station.keep('alert', 'alerts');
    await eventually('the alert', () => requestsById(receiver).has(alert));
    assert.equal((await station.ledger()).skipped, 0);

    await worker.apply(configuration([both(300)], endpoints));
    await station.settled();
    const { skipped, delivered } = await station.ledger();
    assert.deepEqual({ skipped, delivered }, { skipped: 0, delivered: 200 });
    assert.equal(
      ids.every((id) => requestsById(receiver).has(id)),
      true,
    );
  });

  // The reload used to wait until the attempt was over.
  test('a subscriber whose retry hangs is removed: the reload does not wait for it', async (t) => {
    const station = await startStation(t);
    const hanging = await station.startReceiver((_request, number) => (number === 1 ? { status: 503 } : 'hang'));
    const receiver = await station.startReceiver();
    const worker = await station.startWorker(
      configuration([subscriber(hanging.url, { name: 'hanging', timeoutMs: 3_000 })]),
    );
    await station.keep('{}');
    await eventually('a retry that hangs', () => hanging.received.length === 2);
    await worker.apply(configuration([subscriber(receiver.url)]));
    assert.equal(worker.linesOf('delivery.attempted').length, 1);
    const id = await station.keep('after');
    await station.settled();
    assert.equal(requestsById(receiver).get(id), 1);
    assert.equal(hanging.received.length, 2);
    assert.equal((await station.ledger('hanging')).open, 1);
  });

  test('a bad file keeps the old configuration in force, is said and shown, and so is its correction', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const config = configuration([subscriber(receiver.url)]);
    const worker = await station.startProcess(config);
    worker.write('endpoints: 7\nnonsense: 1\n');
    const line = await eventually('it is said', () => worker.linesOf('configuration.rejected')[0]);
    assert.match(String(line.reason), /relay\.yaml:1:1 endpoints: [\s\S]*relay\.yaml:2:1 nonsense: /);
    assert.match(await worker.metrics(), /^relay_configuration_accepted 0$/m);
    await station.keep('under the old one');
    await station.settled();
    assert.deepEqual(bodies(receiver), ['under the old one']);

    worker.write(config);
    await eventually('it is accepted', async () => /^relay_configuration_accepted 1$/m.test(await worker.metrics()));
  });

  test('SIGHUP reads the file again', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const worker = await station.startProcess(configuration([subscriber(receiver.url)]));
    worker.write('endpoints: 7\n');
    await eventually('the mistake is said', () => worker.linesOf('configuration.rejected').length === 1);
    worker.signal('SIGHUP');
    await eventually('the mistake is said again', () => worker.linesOf('configuration.rejected').length === 2);
    await station.keep('{}');
    await station.settled();
  });
});
