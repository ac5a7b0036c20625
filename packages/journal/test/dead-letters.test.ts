import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@relay/core';
import { createDeadLetters, type DeadLetter, type Journal, NoCursorError } from '../src/index.ts';
import { auditing } from './auditing.ts';
import {
  books,
  booksOf,
  day,
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepOne,
  newToken,
  open,
  planOf,
  settle,
} from './given.ts';

const given = givenRedis();
const lettersOf = () => createDeadLetters({ redis: given.redis, retentionMs: day });
const retention = { ms: day };

interface GivenUp {
  readonly journal: Journal;
  /** In the order in which they were given up. */
  readonly deliveries: readonly [Delivery, ...Delivery[]];
}

/** Messages of these bodies, all given up. */
async function givenUp(...bodies: (string | Buffer)[]): Promise<GivenUp> {
  retention.ms = day;
  const journal = given.journal({ retentionMs: () => retention.ms });
  await journal.apply([planOf('carrier')]);
  for (const [i, body] of bodies.entries()) {
    const facts = { correlationId: `request ${i}`, devices: [] };
    await keepOne(journal, 'carrier', givenMessage(`${i}`, { body: Buffer.from(body), facts }), newToken());
  }
  const [first, ...others] = await journal.read('billing', ['carrier'], bodies.length);
  assert.ok(first);
  const deliveries: GivenUp['deliveries'] = [first, ...others];
  for (const delivery of deliveries) await settle(journal, delivery, dead);
  return { journal, deliveries };
}

async function listed(): Promise<readonly DeadLetter[]> {
  return (await lettersOf().list('carrier', 'billing', { count: 100 })).letters;
}

async function onlyLetter(): Promise<DeadLetter> {
  const [letter, ...others] = await listed();
  assert.ok(letter);
  assert.deepEqual(others, []);
  return letter;
}

test('a letter is listed with its message but for the body, and why and how often it was attempted', async () => {
  const { deliveries } = await givenUp('12345');
  const { body: _, ...message } = deliveries[0].message;
  const { letter, ...rest } = await onlyLetter();
  assert.match(letter, /^\d+-\d+$/);
  assert.deepEqual(rest, {
    endpoint: 'carrier',
    subscriber: 'billing',
    entry: deliveries[0].entry,
    message,
    bytes: 5,
    reason: 'gone',
    attempts: { count: 1, firstAt: 1_700_000_000_000, words: ['410'] },
    empty: false,
  });
});

test('a long list comes in pages, each letter once', async () => {
  await givenUp(...[...Array(7)].map((_, i) => `body ${i}`));
  const all = (await listed()).map(({ letter }) => letter);
  assert.equal(all.length, 7);
  const paged = [];
  let after: DeadLetter['letter'] | undefined;
  do {
    const page = await lettersOf().list('carrier', 'billing', { count: 3, ...(after && { after }) });
    paged.push(...page.letters.map(({ letter }) => letter));
    after = page.last;
  } while (after !== undefined);
  assert.deepEqual(paged, all);
});

test('a list begins and ends at instants', async () => {
  await givenUp('a');
  const ms = Number.parseInt((await onlyLetter()).letter, 10);
  const count = async (page: { sinceMs?: number; untilMs?: number }) =>
    (await lettersOf().list('carrier', 'billing', { count: 9, ...page })).letters.length;
  assert.deepEqual([await count({ sinceMs: ms }), await count({ sinceMs: ms + 1 })], [1, 0]);
  assert.deepEqual([await count({ untilMs: ms }), await count({ untilMs: ms + 1 })], [0, 1]);
});

test('a replayed letter is open and due with its message, is no letter any more, and was read once more', async () => {
  const { journal, deliveries } = await givenUp('a');
  const [delivery] = deliveries;
  const { letter } = await onlyLetter();
  const replayed = await lettersOf().replay('carrier', 'billing', [letter]);
  assert.deepEqual(replayed, [{ letter, entry: delivery.entry, replay: 1 }]);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, dead: 1, open: 1 }));
  assert.deepEqual(await listed(), []);
  const again = await journal.open('carrier', 'billing', delivery.entry);
  assert.deepEqual(again, { ...delivery, attempts: { count: 0, firstAt: undefined, words: [], replay: 1 } });
  const due = await journal.overdue('carrier', 'billing', Date.now() + 1, 9);
  assert.deepEqual(due, [{ entry: delivery.entry, generation: 1_000_000 }]);
  assert.deepEqual(await auditing(given.redis).look(), []);
});

test('its number goes up with every replay, also once its record has expired', async () => {
  const { journal, deliveries } = await givenUp('a');
  const [delivery] = deliveries;
  for (const number of [1, 2, 3]) {
    const [replayed] = await lettersOf().replay('carrier', 'billing', [(await onlyLetter()).letter]);
    assert.equal(replayed?.replay, number);
    const reopened = await journal.open('carrier', 'billing', delivery.entry);
    assert.equal(reopened?.attempts.replay, number);
    const attempts = { count: 1, firstAt: 1, words: ['410'], replay: number };
    await settle(journal, delivery, { state: 'dead', attempts, at: 1, reason: 'gone' });
    if (number === 2) await given.redis.del(`relay:{carrier}:record:${delivery.entry}`);
  }
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 4, dead: 4 }));
});

test('a letter whose message has left the log comes back byte for byte, until it is settled', async () => {
  const body = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
  const { journal, deliveries } = await givenUp(body);
  const [delivery] = deliveries;
  retention.ms = -60_000;
  assert.equal((await journal.trim('carrier', ['billing'])).trimmed, 1);
  retention.ms = day;
  const { letter } = await onlyLetter();
  assert.deepEqual(await lettersOf().body('carrier', 'billing', letter), body);
  await lettersOf().replay('carrier', 'billing', [letter]);
  assert.deepEqual((await journal.open('carrier', 'billing', delivery.entry))?.message, delivery.message);
  assert.deepEqual(await auditing(given.redis).look(), []);
  assert.equal(await settle(journal, delivery, delivered), true);
  assert.deepEqual(await given.redis.keys('*:held:*'), []);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, dead: 1, delivered: 1 }));
});

// It used to be answered that it waits, and the letter, its only copy, was thrown away.
test('a letter whose message has left the log is replayed also where the cursor begins anew before it', async () => {
  const { journal, deliveries } = await givenUp('the only copy');
  const [delivery] = deliveries;
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
  await given.redis.del('relay:{carrier}:cursor:billing');
  await given.redis.xtrim('relay:{carrier}:log', 'MAXLEN', 0);
  await journal.apply([planOf('carrier', ['billing'], { from: { kind: 'beginning' } })]);
  const { letter } = await onlyLetter();
  await lettersOf().replay('carrier', 'billing', [letter]);
  const reopened = await journal.open('carrier', 'billing', delivery.entry);
  assert.deepEqual(reopened?.message.body, Buffer.from('the only copy'));
  assert.equal(await settle(journal, delivery, delivered), true);
  const { read, ...counts } = await booksOf(journal, 'carrier');
  assert.equal(read, counts.delivered + counts.dead + counts.open);
});

test('of two letters of one message one is replayed, and both are done with', async () => {
  const { journal, deliveries } = await givenUp('a');
  const [delivery] = deliveries;
  const copy = ['entry', delivery.entry, 'b', 'a', 'm', '[1,"00"]', 'n', '1', 'reason', 'gone', 'record', ''];
  await given.redis.call('XADD', 'relay:{carrier}:dead:billing', '*', ...copy);
  const letters = (await listed()).map(({ letter }) => letter);
  const replayed = await lettersOf().replay('carrier', 'billing', letters);
  assert.deepEqual(
    replayed.map(({ replay, whyNot }) => replay ?? whyNot),
    [1, 'anyway'],
  );
  assert.deepEqual(await listed(), []);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, dead: 1, open: 1 }));
});

test('a letter that came without its message stays, and one that is gone is said to be', async () => {
  const { journal, deliveries } = await givenUp('a');
  const without = ['entry', deliveries[0].entry, 'b', '', 'm', '[]', 'n', '0', 'reason', 'gone', 'record', ''];
  await given.redis.del('relay:{carrier}:dead:billing');
  await given.redis.call('XADD', 'relay:{carrier}:dead:billing', '5-1', ...without);
  const before = await booksOf(journal, 'carrier');
  const replayed = await lettersOf().replay('carrier', 'billing', ['5-1', '4-1']);
  assert.deepEqual(
    replayed.map(({ whyNot }) => whyNot),
    ['empty', 'gone'],
  );
  assert.equal((await onlyLetter()).empty, true);
  assert.deepEqual(await booksOf(journal, 'carrier'), before);
});

test('a discarded letter counts as discarded and no longer as dead, once, and its story says so', async () => {
  const { journal, deliveries } = await givenUp('a', 'b');
  const [first] = await listed();
  assert.ok(first);
  assert.equal(await lettersOf().discard('carrier', 'billing', [first.letter, '5-1']), 1);
  assert.equal(await lettersOf().discard('carrier', 'billing', [first.letter]), 0);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, dead: 1, discarded: 1 }));
  const stories = await Promise.all(deliveries.map(({ message }) => journal.story(message.id)));
  assert.deepEqual(
    stories.map((story) => story?.deliveries[0]?.state),
    ['discarded', 'dead'],
  );
  assert.deepEqual(await auditing(given.redis).look(), []);
});

test('discarding a letter does not touch what became of a later replay of its message', async () => {
  const { deliveries, journal } = await givenUp('a');
  const { message, entry } = deliveries[0];
  const { letter } = await onlyLetter();
  await given.redis.hset(`relay:{carrier}:record:${entry}`, 'billing', 'd 1 - - - 200 1');
  await lettersOf().discard('carrier', 'billing', [letter]);
  assert.equal((await journal.story(message.id))?.deliveries[0]?.state, 'delivered');
});

test('nothing is replayed to whom nobody would deliver it', async () => {
  await givenUp('a');
  const { letter } = await onlyLetter();
  await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
  await assert.rejects(lettersOf().replay('carrier', 'billing', [letter]), NoCursorError);
  assert.deepEqual((await onlyLetter()).letter, letter);
});

test('while Redis is full no letter is replayed, and none is lost', async () => {
  const { journal } = await givenUp('a');
  const { letter } = await onlyLetter();
  await given.redis.config('SET', 'maxmemory', '1mb');
  try {
    await assert.rejects(lettersOf().replay('carrier', 'billing', [letter]), /OOM/);
  } finally {
    await given.redis.config('SET', 'maxmemory', '0');
  }
  assert.equal((await onlyLetter()).letter, letter);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 1, dead: 1 }));
});

test('a delivery that waits for a retry when its old letter is replayed is not made twice', async () => {
  const { journal, deliveries } = await givenUp('a');
  const { letter } = await onlyLetter();
  await lettersOf().replay('carrier', 'billing', [letter]);
  assert.equal(await settle(journal, deliveries[0], open), true);
  const [again] = await lettersOf().replay('carrier', 'billing', [letter]);
  assert.equal(again?.whyNot, 'gone');
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 2, dead: 1, open: 1 }));
});
