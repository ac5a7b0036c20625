import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { eventually } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { requestsById, startStation } from './station.ts';

test('two workers together keep to a subscriber’s rate, in every stretch of time', async (t) => {
  const [count, messages] = [100, 300];
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  const station = await startStation(t);
  const receiver = await station.startReceiver((_request, number) => ({ status: number % 10 === 0 ? 503 : 200 }));
  const config = configuration([subscriber(receiver.url, { rate: { count, perMs: 1_000 } })]);
  await station.startWorker(config);
  await station.startWorker(config);
  stalls.enable();
  await station.keepMany(messages);
  await station.settled();
  stalls.disable();

  assert.equal(requestsById(receiver).size, messages);
  const at = receiver.received.map((request) => request.at);
  // What was let through while this process stood still shows all at once.
  const lateMs = stalls.max / 1e6;
  for (const widthMs of [200, 1_000]) {
    const most = (count * (widthMs + lateMs)) / 1_000 + 2 * (count / 10);
    const busiest = Math.max(...at.map((from, i) => at.slice(i).filter((instant) => instant < from + widthMs).length));
    assert.ok(busiest <= most, `${busiest} in ${widthMs} ms, and no more than ${most} may be`);
  }
});

test('a worker that stops hands back what waits for its turn, unattempted', async (t) => {
  const station = await startStation(t);
  const receiver = await station.startReceiver();
  const config = configuration([subscriber(receiver.url, { rate: { count: 1, perMs: 3_600_000 } })]);
  const worker = await station.startWorker(config);
  await station.keepMany(5);
  await eventually('the only one', async () => (await station.ledger()).delivered === 1);
  assert.equal(await worker.stop(60_000), true);
  assert.equal(receiver.received.length, 1);
  await station.startWorker(configuration([subscriber(receiver.url)]));
  await station.settled();
  assert.equal(receiver.received.length, 5);
});
