import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntryId } from '@relay/core';
import { type Course, createReplays, type Journal, NoCursorError, ReplayMovedError } from '../src/index.ts';
import { auditing } from './auditing.ts';
import { books, booksOf, day, delivered, givenRedis, keepAll, open, planOf, settle, textsOf } from './given.ts';

const given = givenRedis();
const replaysOf = () => createReplays({ redis: given.redis, retentionMs: day });
const billing = { endpoint: 'carrier', subscriber: 'billing', sinceMs: 0 };
const late = { ...billing, subscriber: 'late' };

/** Of four messages two are delivered, one is open, one waits. */
async function four(): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd']);
  const [first, second, third] = await journal.read('billing', ['carrier'], 3);
  assert.ok(first && second && third);
  for (const delivery of [first, second]) await settle(journal, delivery, delivered);
  await settle(journal, third, open);
  return journal;
}

/** Everything that lies ahead, in one step. */
async function stepAll(course: Course, wants: (text: string) => boolean = () => true) {
  const messages = await replaysOf().ahead(course, 100);
  const wanted = messages.filter(({ message }) => wants(message.body.toString()));
  return replaysOf().step(course, { looked: entriesOf(messages), wanted: entriesOf(wanted) });
}

function entriesOf(messages: readonly { readonly entry: EntryId }[]): EntryId[] {
  return messages.map(({ entry }) => entry);
}

test('what is over becomes open and due once more; what comes anyway is left alone', async () => {
  const journal = await four();
  const { course, replayed } = await stepAll(await replaysOf().begin(billing));
  assert.deepEqual(course.counts, { looked: 4, unwanted: 0, anyway: 2, gone: 0, replayed: 2 });
  assert.deepEqual(
    replayed.map(({ replay }) => replay),
    [1, 1],
  );
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 5, delivered: 2, open: 3, waiting: 1 }));
  const due = new Set(entriesOf(await journal.overdue('carrier', 'billing', Date.now() + 1, 9)));
  assert.ok(new Set(entriesOf(replayed)).isSubsetOf(due));
  assert.deepEqual(await auditing(given.redis).look(), []);
});

test('it goes through the log in order, up to what was kept when it began', async () => {
  const journal = await four();
  const course = await replaysOf().begin(billing);
  await keepAll(journal, 'carrier', ['later']);
  const first = await replaysOf().ahead(course, 3);
  const { course: further } = await replaysOf().step(course, { looked: entriesOf(first), wanted: [] });
  const rest = await replaysOf().ahead(further, 3);
  assert.deepEqual(
    [...first, ...rest].map(({ message }) => message.body.toString()),
    ['a', 'b', 'c', 'd'],
  );
  const { course: last } = await replaysOf().step(further, { looked: entriesOf(rest), wanted: [] });
  assert.deepEqual(await replaysOf().ahead(last, 3), []);
});

test('it begins and ends at instants', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  const [id = ''] = await keepAll(journal, 'carrier', ['a']);
  const ms = Number(id.split('-')[1]);
  async function count(sinceMs: number, untilMs: number): Promise<number> {
    const course = await replaysOf().begin({ ...billing, sinceMs, untilMs });
    return (await replaysOf().ahead(course, 9)).length;
  }
  assert.deepEqual([await count(ms, ms + 1), await count(ms + 1, ms + 2), await count(0, ms)], [1, 0, 0]);
});

test('whoever goes on after a crash finds it where it was, and repeats nothing', async () => {
  await four();
  const course = await replaysOf().begin({ ...billing, where: 'type: call_end', ratePerSecond: 5 });
  const { course: stepped } = await stepAll(course);
  await assert.rejects(stepAll(course), ReplayMovedError);
  assert.deepEqual(await replaysOf().find(['other', 'carrier'], course.id), stepped);
  assert.equal(await replaysOf().find(['other'], course.id), undefined);
});

test('of several that go on with the same replay one opens the messages', async () => {
  const journal = await four();
  const course = await replaysOf().begin(billing);
  const steps = await Promise.allSettled([stepAll(course), stepAll(course), stepAll(course)]);
  assert.equal(steps.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 5, delivered: 2, open: 3, waiting: 1 }));
});

test('a subscriber that began later gets what was kept before it, and nothing looks amiss then', async () => {
  const journal = await four();
  await journal.apply([planOf('carrier', ['billing', 'late'])]);
  assert.deepEqual(await journal.read('late', ['carrier'], 9), []);
  const { replayed } = await stepAll(await replaysOf().begin(late), (text) => text !== 'b');
  const opened = await Promise.all(replayed.map(({ entry }) => journal.open('carrier', 'late', entry)));
  const deliveries = opened.filter((delivery) => delivery !== undefined);
  assert.deepEqual(textsOf(deliveries), ['a', 'c', 'd']);
  for (const delivery of deliveries) await settle(journal, delivery, delivered);
  assert.deepEqual(await booksOf(journal, 'carrier', 'late'), books({ read: 3, delivered: 3 }));
  assert.deepEqual(await auditing(given.redis).look(['billing', 'late']), []);
});

test('what lies before a cursor began is not taken for lost because a replay read some of it', async () => {
  const journal = await four();
  await journal.apply([planOf('carrier', ['billing', 'late'])]);
  await keepAll(journal, 'carrier', ['e']);
  const { replayed } = await stepAll(await replaysOf().begin(late), (text) => text === 'a' || text === 'c');
  assert.equal(replayed.length, 2);
  const [lost] = await journal.read('late', ['carrier'], 9);
  await given.redis.xack('relay:{carrier}:log', 'late', lost?.entry ?? '');
  const found = (await auditing(given.redis).look(['billing', 'late'])).filter(({ kind }) => kind === 'unsettled');
  assert.deepEqual(
    found.map(({ subscriber, entries }) => [subscriber, entries]),
    [['late', [lost?.entry]]],
  );
});

test('what has left the log meanwhile is counted as gone', async () => {
  await four();
  const course = await replaysOf().begin(billing);
  const looked = entriesOf(await replaysOf().ahead(course, 1));
  await given.redis.xdel('relay:{carrier}:log', ...looked);
  const stepped = await replaysOf().step(course, { looked, wanted: looked });
  assert.deepEqual(stepped.course.counts, { looked: 1, unwanted: 0, anyway: 0, gone: 1, replayed: 0 });
});

test('those that began are listed, the latest first, with where they stand', async () => {
  await four();
  const first = await replaysOf().begin(billing);
  await given.redis.hincrby(`relay:{carrier}:replay:${first.id}`, 'startedAt', -5);
  const second = await replaysOf().begin(billing);
  await replaysOf().end(second);
  const listed = await replaysOf().list(['carrier', 'other']);
  assert.deepEqual(
    listed.map(({ id, endedAt }) => [id, endedAt !== undefined]),
    [
      [second.id, true],
      [first.id, false],
    ],
  );
});

test('what is kept of a replay stays for one retention after its last step, and no longer', async () => {
  await four();
  const course = await replaysOf().begin(billing);
  for (const key of await given.redis.keys('relay:{carrier}:replay*')) await given.redis.pexpire(key, day / 2);
  await stepAll(course);
  const keys = await given.redis.keys('relay:{carrier}:replay*');
  assert.equal(keys.length, 2);
  for (const key of keys) assert.ok((await given.redis.pttl(key)) > day / 2, key);
});

test('how many of some messages come anyway is told without touching them', async () => {
  const journal = await four();
  const before = await booksOf(journal, 'carrier');
  const entries = entriesOf(await replaysOf().ahead(await replaysOf().begin(billing), 9));
  assert.equal(await replaysOf().anyway('carrier', 'billing', entries), 2);
  assert.deepEqual(await booksOf(journal, 'carrier'), before);
});

test('a subscriber without a cursor is named, and nothing changes', async () => {
  await four();
  const course = await replaysOf().begin({ ...billing, subscriber: 'nobody' });
  const looked = entriesOf(await replaysOf().ahead(course, 1));
  await assert.rejects(replaysOf().step(course, { looked, wanted: looked }), NoCursorError);
  assert.deepEqual(await replaysOf().find(['carrier'], course.id), course);
});
