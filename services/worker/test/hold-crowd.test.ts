import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { held, person, retriedLater, rhythm, runs } from './given-hold.ts';
import { startStation } from './station.ts';

suite('hold: a crowded subscriber', { concurrency: 4 }, () => {
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
});
