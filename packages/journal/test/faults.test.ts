import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EntryId, placeOf, type Settlement } from '@relay/core';
import { eventually, freePort } from '@relay/testkit';
import { BrokenLogError, type Journal, NotKeptError } from '../src/index.ts';
import {
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepOne,
  newToken,
  open,
  planOf,
  settle,
  silence,
  skipped,
} from './given.ts';

const given = givenRedis({ appendFsync: 'always', args: ['--enable-debug-command', 'yes'] });
const log = 'relay:{carrier}:log';
const subscribers = ['billing', 'audit'];

/** A log in the middle of its life, and what each of its cursors has done for good. */
interface Life {
  readonly journal: Journal;
  readonly kept: EntryId[];
  readonly settled: Map<string, Set<EntryId>>;
}

/** Of each cursor some deliveries are settled in every way, some are pending, some messages are unread. */
async function middleOfLife(): Promise<Life> {
  const journal = given.journal({ temper: 'fast' });
  await eventually('the connection', () => journal.reachable());
  await journal.apply([planOf('carrier', subscribers)]);
  const life = { journal, kept: [], settled: new Map(subscribers.map((name) => [name, new Set<EntryId>()])) };
  await keepSome(life, 12);
  for (const [i, subscriber] of subscribers.entries()) {
    const some = await journal.read(subscriber, ['carrier'], 8 - 2 * i);
    for (const [n, settlement] of [skipped, delivered, open, dead].entries()) await carry(life, some[n], settlement);
    await journal.trim('carrier', subscribers);
    await carry(life, some[5], delivered);
  }
  return life;
}

async function keepSome({ journal, kept }: Life, count: number): Promise<void> {
  const keepings = [...Array(count)].map(() => keepOne(journal, 'carrier', givenMessage(newToken()), newToken()));
  for (const { id } of await Promise.all(keepings)) {
    const entry = placeOf(id)?.entry;
    assert.ok(entry);
    kept.push(entry);
  }
}

async function carry(
  { journal, settled }: Life,
  delivery: Parameters<typeof settle>[1] | undefined,
  settlement: Settlement,
): Promise<void> {
  assert.ok(delivery);
  const counted = await settle(journal, delivery, settlement);
  if (counted && settlement.state !== 'open') settled.get(delivery.subscriber)?.add(delivery.entry);
}

/** What workers do until nothing is left: claim what was dropped, read, and try again what is open. */
async function finish(life: Life): Promise<void> {
  const { journal } = life;
  for (const subscriber of subscribers) {
    const some = await journal.read(subscriber, ['carrier'], 1_000);
    const pending = (await given.redis.call('XPENDING', log, subscriber, '-', '+', 1_000)) as [EntryId][];
    const entries = pending.map(([entry]) => entry);
    if (entries.length > 0) await silence(given.redis, 'carrier', subscriber, 'gone', entries);
    const claiming = { count: 1_000, carried: new Set<EntryId>(), abandoned: true };
    const claimed = await journal.claim('carrier', subscriber, claiming);
    assert.equal(claimed.length, entries.length, 'what is pending can be claimed');
    assert.ok(claimed.length >= some.length);
    for (const delivery of claimed) await carry(life, delivery, delivered);
    for (const { entry } of await journal.overdue('carrier', subscriber, Date.now(), 1_000)) {
      const delivery = await journal.open('carrier', subscriber, entry);
      await carry(life, delivery, delivered);
    }
  }
}

async function assertAddsUp(journal: Journal): Promise<void> {
  const ledgers = await journal.ledger('carrier');
  assert.deepEqual(ledgers.map(({ subscriber }) => subscriber).sort(), [...subscribers].sort());
  for (const { subscriber, read, skipped, delivered, dead, discarded, open, pending } of ledgers)
    assert.equal(read, skipped + delivered + dead + discarded + open + pending, subscriber);
}

/** Whatever was kept is settled for every cursor, and the books of each say so. */
async function assertFinished({ journal, kept, settled }: Life): Promise<void> {
  await assertAddsUp(journal);
  for (const { subscriber, open, pending, waiting } of await journal.ledger('carrier')) {
    assert.deepEqual({ open, pending, waiting }, { open: 0, pending: 0, waiting: 0 }, subscriber);
    const left = kept.filter((entry) => !settled.get(subscriber)?.has(entry));
    assert.deepEqual(left, [], `${subscriber} has not had all`);
  }
}

async function appendToAof(bytes: (tail: Buffer) => Buffer): Promise<void> {
  const [, dir = ''] = (await given.redis.config('GET', 'dir')) as string[];
  const folder = join(dir, 'appendonlydir');
  const file = (await readdir(folder)).find((name) => name.endsWith('.incr.aof')) ?? '';
  await given.server.kill();
  await appendFile(join(folder, file), bytes(await readFile(join(folder, file))));
}

async function restarted(journal: Journal): Promise<void> {
  await given.server.restart();
  await eventually('Redis to be reached', () => journal.reachable());
}

/** The last transaction that Redis wrote, which is all of one script. */
function lastTransaction(aof: Buffer): Buffer {
  return aof.subarray(aof.lastIndexOf('*1\r\n$5\r\nMULTI\r\n'));
}

const faults: Record<string, (life: Life) => Promise<unknown>> = {
  'the script cache is flushed': () => given.redis.script('FLUSH'),
  'a cursor is deleted': () => given.redis.xgroup('DESTROY', log, 'billing'),
  'both cursors are deleted': () => Promise.all(subscribers.map((name) => given.redis.xgroup('DESTROY', log, name))),
  'Redis reloads its data': () => given.redis.call('DEBUG', 'RELOAD'),
  'Redis is killed and comes back': async ({ journal }) => {
    await given.server.kill();
    await assert.rejects(keepOne(journal, 'carrier', givenMessage('lost'), newToken()), NotKeptError);
    await restarted(journal);
  },
  'Redis comes back from a file that ends in half a command': async ({ journal }) => {
    await appendToAof(() => Buffer.from('*5\r\n$4\r\nXADD\r\n$19\r\nrelay:{car'));
    await restarted(journal);
  },
  'Redis comes back from a file that ends in half a script': async ({ journal }) => {
    await appendToAof((aof) => lastTransaction(aof).subarray(0, -20));
    await restarted(journal);
  },
  'Redis is a read-only replica for a while': async ({ journal }) => {
    const [delivery] = await journal.read('audit', ['carrier'], 1);
    assert.ok(delivery);
    await given.redis.replicaof('127.0.0.1', await freePort());
    await assert.rejects(keepOne(journal, 'carrier', givenMessage('refused'), newToken()), NotKeptError);
    await eventually('the connection', () => journal.reachable());
    await assert.rejects(settle(journal, delivery, delivered), (error) => !(error instanceof BrokenLogError));
    await given.redis.replicaof('NO', 'ONE');
    const [message, token] = [givenMessage('taken again'), newToken()];
    await eventually('Redis to take messages again', () => keepOne(journal, 'carrier', message, token));
  },
  'the clock of Redis is stepped back': () => given.redis.call('XSETID', log, `${Date.now() + 86_400_000}-0`),
};

for (const [fault, happens] of Object.entries(faults)) {
  test(`${fault}: every message reaches every cursor, before and after, and the books add up`, async () => {
    const life = await middleOfLife();
    await assertAddsUp(life.journal);
    await happens(life);
    await keepSome(life, 5);
    await life.journal.apply([planOf('carrier', subscribers)]);
    await assertAddsUp(life.journal);
    await life.journal.trim('carrier', subscribers, { pressed: true });
    await finish(life);
    await assertFinished(life);
  });
}

test('the script cache is flushed again and again while everything is under way: nothing is lost, and the books add up', async () => {
  const life = await middleOfLife();
  const flushing = Promise.all([...Array(30)].map(() => given.redis.script('FLUSH')));
  await Promise.all([keepSome(life, 40), finish(life), flushing]);
  await assertAddsUp(life.journal);
  await finish(life);
  await assertFinished(life);
});

test('Redis forgets everything: what is kept afterwards reaches every cursor, what was under way is late, and the books add up', async () => {
  const life = await middleOfLife();
  const [delivery] = await life.journal.read('billing', ['carrier'], 1);
  assert.ok(delivery);
  await given.redis.flushall();
  assert.equal(await settle(life.journal, delivery, delivered), false);
  life.kept.length = 0;
  await keepSome(life, 5);
  assert.equal(await settle(life.journal, delivery, open), false);
  await assertAddsUp(life.journal);
  await finish(life);
  await assertFinished(life);
});
