import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { connectPatient, createBell } from '../src/index.ts';
import { givenMessage, givenRedis, keepAll, keepOne, newToken, planOf } from './given.ts';

const given = givenRedis();

/** A bell that is heard from now on. */
async function hearing(context: TestContext) {
  const rung: string[] = [];
  let anything = 0;
  const bell = createBell({
    redis: connectPatient({ url: given.server.url, name: 'bell' }),
    onRing: (endpoint) => rung.push(endpoint),
    onAnything: () => {
      anything += 1;
    },
  });
  context.after(bell.close);
  await heard();
  return { rung, anything: () => anything };
}

const heard = () =>
  eventually('the bell to be heard', async () => {
    const [, listeners] = (await given.redis.call('PUBSUB', 'NUMSUB', 'relay:bell')) as [string, number];
    return listeners > 0;
  });

test('it rings for each endpoint that keeps something, and for no other', async (context) => {
  const journal = given.journal();
  await journal.apply(['carrier', 'alerts', 'nidd'].map((endpoint) => planOf(endpoint)));
  const { rung } = await hearing(context);
  await keepAll(journal, 'carrier', ['a']);
  await keepAll(journal, 'alerts', ['b']);
  await eventually('both rings', () => rung.length >= 2);
  assert.deepEqual(rung, ['carrier', 'alerts']);
});

test('it does not ring for a resend', async (context) => {
  const journal = given.journal();
  await journal.apply([planOf('carrier'), planOf('alerts')]);
  await keepAll(journal, 'carrier', ['a']);
  const { rung } = await hearing(context);
  await keepOne(journal, 'carrier', givenMessage('a', { vendorAttempt: 2 }), newToken());
  await keepAll(journal, 'alerts', ['b']);
  await eventually('a later ring', () => rung.length > 0);
  assert.deepEqual(rung, ['alerts']);
});

test('it rings for everything after each reconnect, since rings were lost meanwhile, and then goes on', async (context) => {
  const { rung, anything } = await hearing(context);
  await eventually('the first', () => anything() > 0);
  const before = anything();
  const since = performance.now();
  for (let reconnects = 1; reconnects <= 3; reconnects += 1) {
    await given.server.restart();
    await heard();
  }
  // By its own clock it rings for everything as well, at most so often.
  const byItself = () => Math.floor((performance.now() - since) / 5_000) + 1;
  await eventually('a ring for everything per reconnect', () => anything() - before > byItself());

  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a']);
  await eventually('a ring after the reconnect', () => rung.includes('carrier'));
});

// What ioredis was refused when it listened again by itself used to end the process.
test('it says once each time that Redis does not let it listen any more, and hears again when it may', async (context) => {
  const setUser = (...rules: string[]) => given.redis.call('ACL', 'SETUSER', 'bell', ...rules);
  await setUser('on', '>secret', '~*', '+@all', 'resetchannels');
  const url = given.server.url.replace('redis://', 'redis://bell:secret@');
  const reasons: unknown[] = [];
  const rung: string[] = [];
  const bell = createBell({
    redis: connectPatient({ url, name: 'bell' }),
    onRing: (endpoint) => rung.push(endpoint),
    onAnything: () => {},
    onDeaf: (reason) => reasons.push(reason),
  });
  context.after(bell.close);
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  for (const times of [1, 2]) {
    await eventually('it is said', () => reasons.length === times);
    await given.redis.call('CLIENT', 'KILL', 'USER', 'bell');
    await setUser('&*');
    await heard();
    await keepAll(journal, 'carrier', [`message ${times}`]);
    await eventually('a ring', () => rung.length === times);
    // Redis cuts the connection.
    if (times === 1) await setUser('resetchannels');
  }
  assert.equal(reasons.length, 2);
  for (const reason of reasons) assert.match(String(reason), /NOPERM/);
});
