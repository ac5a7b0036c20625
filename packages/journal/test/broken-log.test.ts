import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BrokenLogError, type Journal, NotKeptError } from '../src/index.ts';
import {
  books,
  booksOf,
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepAll,
  keepOne,
  newToken,
  planOf,
  settle,
  textsOf,
} from './given.ts';

const given = givenRedis();
const prefix = 'relay:{broken}:';

async function applied(): Promise<Journal> {
  const journal = given.journal();
  assert.deepEqual(await journal.apply([planOf('broken'), planOf('sound')]), []);
  return journal;
}

const messagesOf = (...texts: string[]) =>
  texts.map((text) => givenMessage(text, { facts: { correlationId: text, devices: [] } }));

function refused(asking: Promise<unknown>, reason = /WRONGTYPE/): Promise<void> {
  return assert.rejects(asking, (error: BrokenLogError) => {
    assert.deepEqual([error.code, error.endpoint], ['LOG_BROKEN', 'broken']);
    assert.match(error.reason, reason);
    assert.ok(error.message.startsWith('the log of broken is broken: '), error.message);
    return true;
  });
}

const damages: Record<string, [make: () => Promise<unknown>, reason: RegExp]> = {
  'its log is a string': [() => given.redis.set(`${prefix}log`, 'oops'), /WRONGTYPE/],
  'its totals are a string': [() => given.redis.set(`${prefix}totals`, 'oops'), /WRONGTYPE/],
  'its number of messages is a word': [() => given.redis.hset(`${prefix}totals`, 'kept', 'many'), /not a number/],
  'its log has no more ids': [
    () => given.redis.call('XSETID', `${prefix}log`, `${2n ** 64n - 1n}-${2n ** 64n - 1n}`),
    /last possible ID/,
  ],
};

/** Lets what follows go in one batch: two are under way at once. */
function busy(journal: Journal): Promise<unknown> {
  return Promise.all(['busy 1', 'busy 2'].map((text) => journal.keep('sound', messagesOf(text), newToken())));
}

for (const [damage, [make, reason]] of Object.entries(damages)) {
  test(`a message is refused where ${damage}, and those that came with it at other endpoints are kept`, async () => {
    const journal = await applied();
    await make();
    const first = busy(journal);
    const keepings = ['sound', 'broken', 'sound', 'broken', 'sound'].map((endpoint, i) =>
      keepOne(journal, endpoint, givenMessage(`${i}`), newToken()),
    );
    const refusals = keepings.flatMap((keeping, i) => (i % 2 === 1 ? [refused(keeping, reason)] : []));
    await Promise.all([first, ...refusals, ...keepings.filter((_, i) => i % 2 === 0)]);
    assert.deepEqual(textsOf(await journal.read('billing', ['broken', 'sound'], 10)), [
      'busy 1',
      'busy 2',
      '0',
      '2',
      '4',
    ]);
  });
}

for (const kind of ['seen', 'find']) {
  test(`nothing is kept of a request when a ${kind} bucket of its last message is broken, and all of it later`, async () => {
    const journal = await applied();
    const messages = messagesOf('a', 'b', 'c');
    const bucket = await bucketOf('c', kind);
    await given.redis.set(bucket, 'oops');
    const token = newToken();
    const before = await snapshot();
    await refused(journal.keep('broken', messages, token));
    assert.deepEqual(await snapshot(), before);

    const first = busy(journal);
    const others = [
      journal.keep('broken', messagesOf('before'), 'before'),
      refused(journal.keep('broken', messages, token)),
      journal.keep('broken', messagesOf('after'), 'after'),
    ];
    await Promise.all([first, ...others]);
    const [repeated] = await journal.keep('broken', messagesOf('before'), 'before');
    assert.equal(repeated?.fresh, false);

    await given.redis.del(bucket);
    const kept = await journal.keep('broken', messages, token);
    assert.ok(kept.every(({ fresh }) => fresh));
    const deliveries = await journal.read('billing', ['broken'], 10);
    assert.deepEqual(textsOf(deliveries), ['before', 'after', 'a', 'b', 'c']);
    assert.deepEqual(
      deliveries.map(({ message }) => message.ordinal),
      [1, 2, 3, 4, 5],
    );
  });
}

/** What there is of the broken endpoint's messages, beside look-ups, which find nothing that is not in the log. */
async function snapshot(): Promise<unknown> {
  const seen = (await given.redis.keys(`${prefix}seen:*`)).sort();
  const types = await Promise.all(seen.map((key) => given.redis.type(key)));
  return [
    await given.redis.xrange(`${prefix}log`, '-', '+'),
    await given.redis.hget(`${prefix}totals`, 'kept'),
    await Promise.all(seen.map((key, i) => (types[i] === 'hash' ? given.redis.hgetallBuffer(key) : types[i]))),
  ];
}

/** The bucket that a message will fall into, found out where it does no harm. */
async function bucketOf(text: string, kind: string): Promise<string> {
  const pattern = `relay:{other}:${kind}:*`;
  const other = given.journal();
  await other.apply([planOf('other')]);
  await other.keep('other', messagesOf(text), newToken());
  const [key = ''] = await given.redis.keys(pattern);
  return key.replace('{other}', '{broken}');
}

test('a Redis that is full is not a broken log', async () => {
  const journal = await applied();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(keepOne(journal, 'sound', givenMessage('a'), newToken()), NotKeptError);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
});

test('what is broken at one endpoint is said, and the others are applied and in force', async () => {
  await given.redis.set(`${prefix}log`, 'oops');
  const journal = given.journal();
  const broken = await journal.apply([planOf('broken'), planOf('sound')]);
  assert.deepEqual(
    broken.map(({ endpoint }) => endpoint),
    ['broken'],
  );
  assert.match(broken[0]?.reason ?? '', /^WRONGTYPE [^@]*$/);
  await keepAll(journal, 'sound', ['a']);
  assert.deepEqual(textsOf(await journal.read('billing', ['broken', 'sound'], 10)), ['a']);
});

test('a log that was broken is made and used again once a person has deleted what was in its place', async () => {
  const journal = await applied();
  await given.redis.set(`${prefix}log`, 'oops');
  await refused(keepOne(journal, 'broken', givenMessage('a'), newToken()));
  await given.redis.del(`${prefix}log`);
  await keepAll(journal, 'broken', ['a', 'b']);
  assert.deepEqual(textsOf(await journal.read('billing', ['broken', 'sound'], 10)), ['a', 'b']);
});

test('a log that is gone and cannot be made again keeps no other endpoint from being kept', async () => {
  const journal = await applied();
  await given.redis.del(`${prefix}log`, 'relay:{sound}:log');
  await given.redis.set(`${prefix}cursor:billing`, 'oops');
  const [broken, sound] = await Promise.allSettled([
    keepOne(journal, 'broken', givenMessage('a'), newToken()),
    keepOne(journal, 'sound', givenMessage('b'), newToken()),
  ]);
  assert.deepEqual([broken.status, sound.status], ['rejected', 'fulfilled']);
  assert.equal(broken.status === 'rejected' && broken.reason.code, 'LOG_BROKEN');
});

test('books and trimming of a broken log are refused by name', async () => {
  const journal = await applied();
  await given.redis.set(`${prefix}log`, 'oops');
  await refused(journal.ledger('broken'));
  await refused(journal.trim('broken', ['billing']));
  await keepAll(journal, 'sound', ['a']);
  assert.deepEqual(await booksOf(journal, 'sound'), books({ waiting: 1 }));
});

test('a delivery of a broken log is not settled, and settled once that is mended', async () => {
  const journal = await applied();
  await keepAll(journal, 'broken', ['a']);
  const [delivery] = await journal.read('billing', ['broken'], 1);
  assert.ok(delivery);
  await given.redis.rename(`${prefix}log`, `${prefix}elsewhere`);
  await given.redis.set(`${prefix}log`, 'oops');
  await refused(settle(journal, delivery, delivered));
  await given.redis.rename(`${prefix}elsewhere`, `${prefix}log`);
  assert.equal(await settle(journal, delivery, delivered), true);
  assert.deepEqual(await booksOf(journal, 'broken'), books({ read: 1, delivered: 1 }));
});

const beside = { open: 'open:billing', books: 'cursor:billing', 'dead letters': 'dead:billing' };

for (const [what, name] of Object.entries(beside)) {
  // It used to be neither pending nor anything else from then on.
  test(`a delivery stays pending where the ${what} of its subscriber are broken`, async () => {
    const journal = await applied();
    await keepAll(journal, 'broken', ['a']);
    const [delivery] = await journal.read('billing', ['broken'], 1);
    assert.ok(delivery);
    const key = `${prefix}${name}`;
    const was = (await given.redis.exists(key)) === 1;
    if (was) await given.redis.rename(key, `${prefix}elsewhere`);
    await given.redis.set(key, 'oops');
    await refused(settle(journal, delivery, dead));
    await given.redis.del(key);
    if (was) await given.redis.rename(`${prefix}elsewhere`, key);
    assert.equal(await settle(journal, delivery, dead), true);
    assert.deepEqual(await booksOf(journal, 'broken'), books({ read: 1, dead: 1 }));
  });
}
