import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { age, bodies, longestIdleMs, requestsById, type Station, startStation } from './station.ts';

// Whoever is silent for 15 s has lost its deliveries: each of these waits that long, so they wait together.
suite('claim', { concurrency: true }, () => {
  test('a worker is killed in mid-delivery: another one takes over what it carried', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = configuration([subscriber(receiver.url, { concurrency: 4 })]);
    const killed = await station.startProcess(config);
    const ids = await station.keepMany(4);
    await eventually('four attempts', () => receiver.received.length === 4);
    receiver.answer(() => ({ status: 200 }));
    await station.startProcess(config);
    await killed.kill();
    ids.push(...(await station.keepMany(4)));
    await station.settled();
    assert.deepEqual([...requestsById(receiver).keys()].sort(), [...ids].sort());
    assert.equal((await station.ledger()).delivered, 8);
    assert.equal(receiver.received.length, 12);
  });

  test('a worker is killed while it makes a retry: another one makes it', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) => (number === 1 ? { status: 503 } : 'hang'));
    const config = configuration([subscriber(receiver.url)]);
    const killed = await station.startProcess(config);
    await station.keep('{}');
    await eventually('the retry', () => receiver.received.length === 2);
    await station.startProcess(config);
    receiver.answer(() => ({ status: 200 }));
    await killed.kill();
    const killedAt = Date.now();
    await station.settled();
    t.diagnostic(`after ${(receiver.received[2]?.at ?? 0) - killedAt} ms`);
    assert.equal(receiver.received.length, 3);
  });

  test('a worker freezes in mid-delivery: what it says too late changes nothing', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = configuration([subscriber(receiver.url, { timeoutMs: 60_000 })]);
    const frozen = await station.startProcess(config);
    const id = await station.keep('{}');
    await eventually('an attempt', () => receiver.received.length === 1);
    frozen.signal('SIGSTOP');
    receiver.answer(() => ({ status: 200 }));
    await station.startProcess(config);
    await eventually('the delivery by another', async () => (await station.ledger()).delivered === 1);

    frozen.signal('SIGCONT');
    await receiver.close();
    const late = await eventually('its own attempt to end', () => frozen.linesOf('delivery.attempted')[0]);
    assert.equal(late.counted, false);
    const { read, delivered, open, pending } = await station.ledger();
    assert.deepEqual({ read, delivered, open, pending }, { read: 1, delivered: 1, open: 0, pending: 0 });
    assert.equal((await station.journal.story(id))?.deliveries[0]?.state, 'delivered');
  });

  test('nobody claims in the first 15 s of a connection, when everybody looks silent', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const config = configuration([subscriber(receiver.url)]);
    await leaveBehind(station, 'left behind');
    const startedAt = Date.now();
    await station.startProcess(config);
    await station.keep('fresh');
    await station.settled();
    assert.deepEqual(bodies(receiver), ['fresh', 'left behind']);
    const claimedAt = receiver.received[1]?.at ?? 0;
    assert.ok(claimedAt - startedAt >= 15_000, `after ${claimedAt - startedAt} ms`);
  });

  test('what is being carried does not come to look abandoned, however long it takes', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => 'hang');
    const config = configuration([subscriber(receiver.url, { timeoutMs: 600_000 })]);
    await station.startWorker(config, { rhythm: { roundMs: 20 } });
    await station.keepMany(3);
    await eventually('the attempts', () => receiver.received.length === 3);
    await age(station.client, 'carrier', 'billing');
    await eventually('all are refreshed', async () => (await longestIdleMs(station.client)) < 3_000_000);
    assert.equal(receiver.received.length, 3);
  });
});

async function leaveBehind(station: Station, body: string): Promise<void> {
  await station.journal.apply([
    { endpoint: 'carrier', dedupMs: 0, cursors: [{ subscriber: 'billing', from: { kind: 'now' } }] },
  ]);
  await station.keep(body);
  await station.journal.read('billing', ['carrier'], 1);
  await age(station.client, 'carrier', 'billing');
}
