import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { connectFast, connectPatient, createJournal, describeTrouble } from '../src/index.ts';
import { day, givenMessage, newToken, planOf } from './given.ts';

let server: RunningRedis;

before(async () => {
  server = await startRedis({ args: ['--databases', '2'] });
});
after(() => server.stop());

/** What the relay has written, by database. */
async function keysOf(database: number): Promise<readonly string[]> {
  const redis = new Redis(server.url, { db: database });
  try {
    return await redis.keys('*');
  } finally {
    redis.disconnect();
  }
}

// The client used to go on in database 0, and callbacks were acknowledged there.
suite('a database that Redis does not have', () => {
  for (const [temper, connect] of Object.entries({ fast: connectFast, patient: connectPatient })) {
    for (const place of ['/2', '?db=2']) {
      test(`counts as no connection: ${temper}, ${place}`, async (t) => {
        const troubles: string[] = [];
        let ready = 0;
        let closed = 0;
        const redis = connect({
          url: `${server.url}${place}`,
          name: 'test',
          onOutage: (error) => troubles.push(describeTrouble(error)),
          onReady: () => {
            ready += 1;
          },
        });
        t.after(() => redis.disconnect());
        redis.on('close', () => {
          closed += 1;
        });
        const journal = createJournal({ redis, consumer: 'test', retentionMs: () => day });
        t.after(() => journal.close());
        void journal.apply([planOf('carrier')]).catch(() => undefined);
        void journal.keep('carrier', [givenMessage('a')], newToken()).catch(() => undefined);
        await eventually('it is tried again, and again', () => closed >= 3);
        assert.deepEqual(
          [troubles, ready, journal.reachable()],
          [['Redis has no database 2: the redis URL names it'], 0, false],
        );
        assert.deepEqual(await keysOf(0), []);
      });
    }
  }

  test('counts as no connection for duplicates of a connection, and theirs', async (t) => {
    const redis = connectPatient({ url: `${server.url}/2`, name: 'test' });
    t.after(() => redis.disconnect());
    assert.ok(redis instanceof Redis);
    const between = redis.duplicate().on('error', () => undefined);
    t.after(() => between.disconnect());
    const another = between.duplicate({ maxRetriesPerRequest: null });
    t.after(() => another.disconnect());
    const said: string[] = [];
    another.on('ready', () => said.push('ready')).on('error', (error) => said.push(describeTrouble(error)));
    void another.set('a', 'b').catch(() => undefined);
    await eventually('it is tried again', () => said.length > 1);
    assert.deepEqual(new Set(said), new Set(['Redis has no database 2: the redis URL names it']));
    assert.deepEqual(await keysOf(0), []);
  });
});

test('the database that the URL names is the one that is used, also by duplicates', async (t) => {
  const redis = connectPatient({ url: `${server.url}/1`, name: 'test' });
  t.after(() => redis.disconnect());
  assert.ok(redis instanceof Redis);
  const another = redis.duplicate();
  t.after(() => another.disconnect());
  await Promise.all([redis.set('a', ''), another.set('b', '')]);
  assert.deepEqual((await keysOf(1)).toSorted(), ['a', 'b']);
});
