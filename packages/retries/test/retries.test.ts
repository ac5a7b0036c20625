import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { type Alarm, createRetries, type Retries } from '../src/index.ts';

describe('retries', () => {
  let server: RunningRedis;
  let redis: Redis;
  let retries: Retries;
  let rung: [subscriber: string, alarm: Alarm][];
  let onRing: () => Promise<void>;
  let errors: Error[];

  const alarm: Alarm = { endpoint: 'carrier', entry: '1-0', generation: 1 };

  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    rung = [];
    errors = [];
    onRing = async () => undefined;
    retries = createRetries({
      redis,
      onAlarm: async (subscriber, heard) => {
        rung.push([subscriber, heard]);
        await onRing();
      },
      onError: (error) => errors.push(error),
    });
  });

  afterEach(async () => {
    await retries.close();
    redis.disconnect();
    await server.stop();
  });

  it('wakes the subscriber that the alarm is for, with what it was given', async () => {
    retries.listen('billing', 4);
    retries.listen('audit', 4);
    await retries.wake('billing', alarm, 20);
    await eventually('the alarm to ring', () => rung.length > 0);
    assert.deepEqual(rung, [['billing', alarm]]);
  });

  it('rings once for an alarm that is set twice', async () => {
    await retries.wake('billing', alarm, 0);
    await retries.wake('billing', alarm, 0);
    await retries.wake('billing', { ...alarm, entry: '2-0' }, 0);
    retries.listen('billing', 1);
    await eventually('the later alarm to ring', () => rung.some(([, { entry }]) => entry === '2-0'));
    assert.equal(rung.length, 2);
  });

  it('can set an alarm again once it has rung, and while it rings for the next attempt', async () => {
    retries.listen('billing', 1);
    onRing = async () => {
      onRing = async () => undefined;
      await retries.wake('billing', { ...alarm, generation: 2 }, 0);
    };
    await retries.wake('billing', alarm, 0);
    await eventually('the next attempt', () => rung.length === 2);
    await retries.wake('billing', alarm, 0);
    await eventually('the first alarm once more', () => rung.length === 3);
  });

  it('keeps nothing of an alarm that has rung, nor of one whose attempt broke', async () => {
    retries.listen('billing', 1);
    onRing = () => Promise.reject(new Error('broken'));
    await retries.wake('billing', alarm, 0);
    await eventually(
      'the job to be gone',
      async () => (await redis.keys('relay:retries:{billing}:carrier*')).length === 0 && rung.length === 1,
    );
  });

  it('tells every alarm that will ring, soon or late, and no other', async () => {
    const later = { ...alarm, entry: '2-0', generation: 7 } as const;
    await retries.wake('billing', alarm, 0);
    await retries.wake('billing', later, 3_600_000);
    await retries.wake('audit', { ...alarm, entry: '3-0' }, 0);
    assert.deepEqual(await Array.fromAsync(retries.alarms('billing')), [later, alarm]);
    assert.deepEqual(await Array.fromAsync(retries.alarms('nobody')), []);
  });

  it('tells an alarm that rings', async () => {
    const { promise: heard, resolve: end } = Promise.withResolvers<void>();
    onRing = () => heard;
    retries.listen('billing', 1);
    await retries.wake('billing', alarm, 0);
    await eventually('the alarm to ring', () => rung.length > 0);
    assert.deepEqual(await Array.fromAsync(retries.alarms('billing')), [alarm]);
    end();
  });

  // Half of it used to stay when somebody deleted the queue but not its jobs, and such an alarm could never be set again.
  it('renews an alarm that is left in part', async () => {
    await retries.wake('billing', alarm, 3_600_000);
    await redis.del('relay:retries:{billing}:delayed');
    assert.deepEqual(await Array.fromAsync(retries.alarms('billing')), []);
    await retries.renew('billing', alarm);
    retries.listen('billing', 1);
    await eventually('the alarm to ring', () => rung.length > 0);
    assert.deepEqual(rung, [['billing', alarm]]);
  });

  // Nobody could set it anew, since what was left of it looked like an alarm that is set.
  it('reminds of an alarm that is left in part, and leaves one in its place that waits for its turn', async () => {
    const waiting: Alarm = { ...alarm, entry: '2-0' };
    for (const each of [alarm, waiting]) await retries.wake('billing', each, 0);
    await redis.lrem('relay:retries:{billing}:wait', 1, 'carrier/1-0/1');
    for (const each of [waiting, alarm]) await retries.remind('billing', each);
    await retries.remind('billing', waiting);
    retries.listen('billing', 1);
    await eventually('both to ring', () => rung.length === 2);
    assert.deepEqual(rung, [
      ['billing', waiting],
      ['billing', alarm],
    ]);
  });

  // With a heap of open deliveries every worker used to write for each of them, every few seconds, and for nothing.
  it('reminds of an alarm that is set without writing anything', async () => {
    const later: Alarm = { ...alarm, entry: '2-0' };
    await retries.wake('billing', alarm, 0);
    await retries.wake('billing', later, 3_600_000);
    const changes = async () => Number(/rdb_changes_since_last_save:(\d+)/.exec(await redis.info('persistence'))?.[1]);
    const before = await changes();
    for (const each of [alarm, later]) await retries.remind('billing', each);
    assert.equal(await changes(), before);
  });

  it('hears alarms that were set while nobody listened', async () => {
    await retries.wake('billing', alarm, 0);
    retries.listen('billing', 1);
    await eventually('the alarm to ring', () => rung.length === 1);
    retries.ease('billing');
    assert.deepEqual(retries.listening(), []);
  });

  // A worker's round that ended after it began to stop kept the process alive for good.
  it('hears nobody any more once it is closed, whoever asks it to', async () => {
    retries.listen('billing', 1);
    await retries.close();
    retries.listen('billing', 1);
    assert.deepEqual(retries.listening(), []);
  });

  // A wait of 10 s used to look like a dead connection, which was broken off and made anew every 10 s.
  it('waits for an alarm that is far away without breaking its connection', async () => {
    const number = async (section: string, sign: RegExp) => Number(sign.exec(await redis.info(section))?.[1] ?? 0);
    const connections = () => number('stats', /total_connections_received:(\d+)/);
    const waits = () => number('commandstats', /cmdstat_bzpopmin:calls=(\d+)/);
    await retries.wake('billing', alarm, 3_600_000);
    retries.listen('billing', 1);
    await eventually('a wait', async () => (await number('clients', /blocked_clients:(\d+)/)) === 1);
    const [before, past] = [await connections(), await waits()];
    await eventually('a whole wait', async () => (await waits()) > past);
    assert.equal(await connections(), before);
    assert.deepEqual(errors, []);
  });

  it('goes on after Redis was away for long', async () => {
    retries.listen('billing', 1);
    await retries.wake('billing', alarm, 0);
    await eventually('the alarm to ring', () => rung.length === 1);
    await server.kill();
    await eventually('the outage to be noticed', () => errors.length > 0);
    await server.restart();
    await retries.wake('billing', { ...alarm, generation: 2 }, 0);
    await eventually('the alarm after the outage', () => rung.length === 2);
  });

  // Whoever was eased then was waited for without an end by whoever closed it all, also with Redis there again.
  it('ends while a connection waits to be made anew, and is heard again afterwards', async () => {
    retries.listen('billing', 1);
    await retries.wake('billing', alarm, 0);
    await eventually('the alarm to ring', () => rung.length === 1);
    await server.kill();
    await eventually('the outage to be noticed', () => errors.length > 0);
    retries.ease('billing');
    await server.restart();
    retries.listen('billing', 1);
    await retries.wake('billing', { ...alarm, generation: 2 }, 0);
    await eventually('the alarm after the outage', () => rung.length === 2);
    let closed = false;
    void retries.close().then(() => {
      closed = true;
    });
    await eventually('all is closed', () => closed);
  });

  it('forgets all alarms of one subscriber, and nothing of another', async () => {
    for (const subscriber of ['billing', 'audit']) {
      for (let i = 0; i < 20; i += 1)
        await retries.wake(subscriber, { ...alarm, entry: `1-${i}` }, i % 2 === 0 ? 60_000 : 0);
    }
    await retries.forget('billing');
    await retries.forget('never heard of');
    assert.deepEqual(await redis.keys('relay:retries:{billing}:*'), []);
    const left = await Array.fromAsync(retries.alarms('audit'));
    assert.equal(left.length, 20);
    await retries.wake('billing', alarm, 0);
    retries.listen('billing', 1);
    await eventually('a new one is heard', () => rung.length === 1);
  });
});
