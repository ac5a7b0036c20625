import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { createPace, type Pace, PaceEndedError } from '../src/index.ts';

const hour = 3_600_000;

suite('pace', () => {
  let server: RunningRedis;
  let redis: Redis;
  const opened: Redis[] = [];
  const paces: Pace[] = [];

  before(async () => {
    server = await startRedis();
    redis = connect();
  });
  after(async () => {
    for (const pace of paces) pace.close();
    for (const each of opened) each.disconnect();
    await server.stop();
  });

  function connect(): Redis {
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    opened.push(connection);
    return connection;
  }

  /** Of another process each time. */
  function givenPace(onTrouble?: (error: unknown) => void): Pace {
    const pace = createPace({ redis: connect(), ...(onTrouble && { onTrouble }) });
    paces.push(pace);
    return pace;
  }

  /** How many have been let through, of so many that ask. */
  function ask(pace: Pace, subscriber: string, count: number) {
    const state = { passed: 0, turnedBack: 0, order: [] as number[] };
    for (let number = 1; number <= count; number++) {
      pace.take(subscriber).then(
        () => {
          state.passed += 1;
          state.order.push(number);
        },
        (error: unknown) => {
          assert.ok(error instanceof PaceEndedError);
          state.turnedBack += 1;
        },
      );
    }
    return state;
  }

  /** Redis has answered what was asked before. */
  const answered = async () => void (await Promise.all(opened.map((each) => each.status === 'ready' && each.ping())));

  test('nobody waits without a rate', async () => {
    const pace = givenPace();
    await Promise.all(Array.from({ length: 1_000 }, () => pace.take('free')));
    assert.deepEqual(await redis.keys('relay:pace:free*'), []);
  });

  test('several processes share one rate, and another subscriber has its own', async () => {
    const [one, other] = [givenPace(), givenPace()];
    for (const pace of [one, other]) {
      pace.limit('shared', { count: 1, perMs: hour });
      pace.limit('apart', { count: 1, perMs: hour });
    }
    const states = [ask(one, 'shared', 3), ask(other, 'shared', 3)] as const;
    await eventually('one was let through', () => states.some(({ passed }) => passed > 0));
    ask(other, 'apart', 1);
    await eventually('the window of the other one', async () => (await redis.keys('relay:pace:apart*')).length === 1);
    await answered();
    assert.equal(states[0].passed + states[1].passed, 1);
  });

  test('whoever asks first begins first, and all do in the end', async () => {
    const pace = givenPace();
    pace.limit('in-order', { count: 200, perMs: 1_000 });
    const state = ask(pace, 'in-order', 60);
    await eventually('all', () => state.passed === 60);
    assert.deepEqual(
      state.order,
      [...Array(60).keys()].map((index) => index + 1),
    );
  });

  test('no more begin in any time than the rate allows in it, and two windows’ worth', async () => {
    const pace = givenPace();
    pace.limit('bounded', { count: 100, perMs: 1_000 });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 120 }, () => pace.take('bounded')));
    const tookMs = performance.now() - startedAt;
    // 100 of them behind the first two windows' 20.
    assert.ok(tookMs >= 1_000, `${tookMs}`);
  });

  test('another rate holds for those that wait already, and no rate lets them all begin', async () => {
    const pace = givenPace();
    pace.limit('changed', { count: 1, perMs: hour });
    const state = ask(pace, 'changed', 20);
    await eventually('the first', () => state.passed === 1);
    pace.limit('changed', { count: 10, perMs: 1_000 });
    await eventually('more', () => state.passed > 2);
    pace.limit('changed', undefined);
    await eventually('all', () => state.passed === 20);
  });

  test('nobody is let through that Redis says nothing of', async () => {
    const troubles: string[] = [];
    const pace = givenPace((error) => troubles.push(String(error)));
    await redis.set('relay:pace:broken:1/3600000', 'no number', 'PX', hour);
    pace.limit('broken', { count: 1, perMs: hour });
    const state = ask(pace, 'broken', 2);
    await eventually('trouble', () => troubles.length > 2);
    assert.equal(state.passed, 0);
    await redis.del('relay:pace:broken:1/3600000');
    await eventually('one of them, now that Redis counts', () => state.passed === 1);
  });

  test('while Redis is away everybody waits, and what waits ends with the process', async () => {
    const away = await startRedis();
    const connection = new Redis(away.url, { maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    opened.push(connection);
    await connection.ping();
    const pace = createPace({ redis: connection });
    pace.limit('away', { count: 1_000, perMs: 1_000 });
    await away.stop();
    const state = ask(pace, 'away', 3);
    await eventually('the connection is known to be lost', () => connection.status !== 'ready');
    assert.equal(state.passed, 0);
    pace.close();
    await eventually('all are turned back', () => state.turnedBack === 3);
    await assert.rejects(pace.take('away'), PaceEndedError);
    connection.disconnect();
  });

  test('a full Redis still lets attempts begin: what is delivered makes room', async () => {
    const pace = givenPace();
    pace.limit('full', { count: 1_000, perMs: 1_000 });
    await redis.config('SET', 'maxmemory', '1');
    try {
      await assert.rejects(redis.set('something', 'else'), /OOM/);
      await Promise.all(Array.from({ length: 150 }, () => pace.take('full')));
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
  });
});
