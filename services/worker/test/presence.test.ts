import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readFingerprints } from '@relay/routing';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, signedWith, subscriber } from './given.ts';
import { bodies, startStation } from './station.ts';

const rhythm = { roundMs: 20 };
const stamps = (name = 'billing', at = 'carrier') => `relay:{${at}}:cursor:${name}`;

suite('presence', () => {
  test('a worker says again and again which cursors it names', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    await station.startWorker(configuration([subscriber(receiver.url)]), { rhythm });
    await station.client.hset(stamps(), 'alive', 1);
    await eventually('it says so', async () => Number(await station.client.hget(stamps(), 'alive')) > 1);
    assert.equal(await station.client.hexists(stamps(), 'removed'), 0);
  });

  test('and which it lacks, also where it lacks the whole endpoint', async (t) => {
    const station = await startStation(t);
    const { url } = await station.startReceiver();
    const endpoints = ['carrier', 'usage'];
    const config = configuration(
      [subscriber(url, { endpoints })],
      endpoints.map((name) => endpoint(name)),
    );
    const worker = await station.startWorker(config, { rhythm });
    await worker.apply(configuration([]));
    for (const name of endpoints) {
      await station.client.hset(stamps('billing', name), 'absent', 1);
      const said = async () => Number(await station.client.hget(stamps('billing', name), 'absent')) > 1;
      await eventually(`it says so of ${name}`, said);
    }
  });

  test('a subscriber that left long ago and comes back: what it missed is not sent, what it had begun and what is new is', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver((_request, number) =>
      number === 1 ? { status: 503 } : { status: 200 },
    );
    const config = configuration([subscriber(receiver.url, { retry: { ...retry, scheduleMs: [600_000] } })]);
    const worker = await station.startWorker(config, { rhythm });
    await station.keep('begun');
    await eventually('it is open', async () => (await station.ledger()).open === 1);
    await worker.apply(configuration([]));
    await station.keep('missed');
    for (const stamp of ['alive', 'removed']) await station.client.hincrby(stamps(), stamp, -120_000);
    await eventually(
      'it has left',
      async () => (await station.presence.cursors('carrier')).cursors[0]?.orphaned === true,
    );
    await worker.apply(configuration([subscriber(receiver.url)]));
    await station.keep('new');
    await eventually('what is new', () => bodies(receiver).includes('new'));
    const { read, open, delivered, discarded, waiting } = await station.ledger();
    assert.deepEqual(
      { read, open, delivered, discarded, waiting },
      { read: 3, open: 1, delivered: 1, discarded: 1, waiting: 0 },
    );
    assert.equal(bodies(receiver).includes('missed'), false);
  });

  test('what is in force is written down without its secrets, and again after a reload', async (t) => {
    const station = await startStation(t);
    const { url } = await station.startReceiver();
    const secret = Buffer.from('secret-secret-secret-secret');
    const config = (concurrency: number) =>
      configuration([subscriber(url, { concurrency, signing: signedWith(secret) })]);
    const worker = await station.startWorker(config(16), { rhythm });
    const concurrency = async () => {
      const { texts } = await station.presence.inForce();
      return readFingerprints(texts ?? new Map<string, string>()).get('subscriber billing')?.print.concurrency?.value;
    };
    await eventually('it is written down', async () => (await concurrency()) === 16);
    await worker.apply(config(8));
    await eventually('it is written down again', async () => (await concurrency()) === 8);
    assert.doesNotMatch(JSON.stringify(await station.client.hgetall('relay:configuration')), /secret|c2VjcmV0|Buffer/);
  });
});

const retry = { scheduleMs: [50], maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] } as const;
