import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, freePort } from '@relay/testkit';
import { Redis } from 'ioredis';
import { type Journal, NotKeptError } from '../src/index.ts';
import { createReachability } from '../src/reachability.ts';
import { booksOf, givenMessage, givenRedis, keepAll, keepOne, newToken, planOf, textsOf } from './given.ts';

const given = givenRedis({ appendFsync: 'always' });

async function applied(): Promise<Journal> {
  const journal = given.journal({ temper: 'fast', consumer: 'ingest' });
  await eventually('the connection', () => journal.reachable());
  await journal.apply([planOf('carrier')]);
  return journal;
}

const refused = (keeping: Promise<unknown>) =>
  assert.rejects(keeping, (error: unknown) => error instanceof NotKeptError && error.code === 'REDIS_AWAY');

function keepAgain(journal: Journal, text: string, token: string): Promise<{ fresh: boolean }> {
  return eventually('Redis to take messages again', () => keepOne(journal, 'carrier', givenMessage(text), token));
}

test('a Redis that was never reached: not kept, at once', async () => {
  const journal = given.journal({ temper: 'fast', url: `redis://127.0.0.1:${await freePort()}` });
  assert.equal(journal.reachable(), false);
  await refused(keepOne(journal, 'carrier', givenMessage('a'), newToken()));
});

test('a frozen Redis: not kept, every one of them, and kept again once it answers', async (context) => {
  context.after(() => given.server.resume());
  const journal = await applied();
  given.server.pause();
  await Promise.all(
    ['a', 'b', 'c'].map((text) => refused(keepOne(journal, 'carrier', givenMessage(text), newToken()))),
  );
  assert.equal(journal.reachable(), false);
  await refused(keepOne(journal, 'carrier', givenMessage('d'), newToken()));
  given.server.resume();
  await keepAgain(journal, 'e', newToken());
  assert.equal(journal.reachable(), true);
});

test('repeated after a time-out with the same token it is one message, though Redis took it the first time', async (context) => {
  context.after(() => given.server.resume());
  const journal = await applied();
  given.server.pause();
  await refused(keepOne(journal, 'carrier', givenMessage('a'), 'token'));
  given.server.resume();
  await eventually(
    'Redis to have taken it all the same',
    async () => (await booksOf(given.journal(), 'carrier')).waiting === 1,
  );
  assert.equal((await keepAgain(journal, 'a', 'token')).fresh, false);
  assert.equal((await booksOf(journal, 'carrier')).waiting, 1);
});

test('a killed Redis: not kept, and kept again after it has come back, behind what it had', async () => {
  const journal = await applied();
  await keepAll(journal, 'carrier', ['a']);
  await given.server.kill();
  await refused(keepOne(journal, 'carrier', givenMessage('b'), newToken()));
  await given.server.restart();
  await keepAgain(journal, 'c', newToken());
  assert.deepEqual(textsOf(await given.journal().read('billing', ['carrier'], 10)), ['a', 'c']);
});

test('a Redis that refuses one message, because it is full, is not held to be away', async () => {
  const journal = await applied();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await refused(keepOne(journal, 'carrier', givenMessage('a'), newToken()));
    assert.equal(journal.reachable(), true);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
  await keepAll(journal, 'carrier', ['b']);
  assert.equal((await booksOf(journal, 'carrier')).waiting, 1);
});

// A failure that came in late used to start the probing again, so that an ingest that was told to end in an outage never did.
test('a journal that is closed asks no more whether Redis is back', () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const redis = new Redis({ lazyConnect: true });
  const reachability = createReachability({ redis, prove: () => Promise.reject(), onNode: () => undefined });
  reachability.close();
  reachability.failed('carrier', new Error('no answer in time'));
  assert.equal(timers(), before);
});
