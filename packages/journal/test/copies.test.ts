import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { Copies } from '@relay/core';
import { eventually, type RedisOptions, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { connectFast, createJournal, describeTrouble, type Journal, NotKeptError } from '../src/index.ts';
import { books, booksOf, day, givenMessage, keepOne, newToken, planOf } from './given.ts';
import { startStandIn } from './stand-in.ts';

async function givenServer(t: TestContext, options: RedisOptions = {}): Promise<RunningRedis> {
  const server = await startRedis(options);
  t.after(() => server.stop());
  return server;
}

const replicated = { args: ['--repl-diskless-sync-delay', '0'] };

function givenReplica(t: TestContext, { port }: RunningRedis): Promise<RunningRedis> {
  return givenServer(t, { args: ['--replicaof', '127.0.0.1', String(port)] });
}

async function givenJournal(t: TestContext, url: string, copies: Partial<Copies>): Promise<Journal> {
  const redis = connectFast({ url, name: 'ingest' });
  const journal = createJournal({
    redis,
    consumer: 'ingest',
    retentionMs: () => day,
    copies: { replicas: 0, fsync: false, ...copies },
  });
  t.after(() => {
    journal.close();
    redis.disconnect();
  });
  await eventually('the configuration is applied', () => journal.apply([planOf('carrier')]));
  return journal;
}

const keep = (journal: Journal, text: string, token = newToken()) =>
  keepOne(journal, 'carrier', givenMessage(text), token);

/** Rejects, and says so to people. */
async function refusal(keeping: Promise<unknown>): Promise<string> {
  const error = await keeping.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof NotKeptError, String(error));
  return describeTrouble(error);
}

suite('a message counts as kept when', () => {
  test('a replica has it: then it survives the primary', async (t) => {
    const primary = await givenServer(t, replicated);
    const replica = await givenReplica(t, primary);
    const journal = await givenJournal(t, primary.url, { replicas: 1 });
    await eventually('the replica is there', () => journal.prove(['carrier']).then(() => true));
    const texts = Array.from({ length: 50 }, (_, n) => `message ${n}`);
    const kept = await Promise.all(texts.map((text) => keep(journal, text)));
    await primary.kill();
    const client = new Redis(replica.url);
    t.after(() => client.disconnect());
    const ids = (await client.xrange('relay:{carrier}:log', '-', '+')).map(([entry]) => entry);
    for (const { id } of kept)
      assert.ok(
        ids.some((entry) => id.includes(entry)),
        id,
      );
  });

  test('there are replicas enough again: until then it does not, and a repetition is the same message', async (t) => {
    const primary = await givenServer(t, replicated);
    const journal = await givenJournal(t, primary.url, { replicas: 1 });
    const few = 'Redis does not take messages: fewer than 1 of its replicas have what is written in time';
    const token = newToken();
    assert.equal(await refusal(keep(journal, 'early', token)), few);
    assert.equal(journal.reachable(), false);
    await assert.rejects(journal.prove(['carrier']), /fewer than 1/);
    await givenReplica(t, primary);
    await eventually('the replica is there', () => journal.prove(['carrier']).then(() => true));
    const again = await eventually('it is kept', () => keep(journal, 'early', token));
    assert.equal(again.fresh, false);
    assert.equal((await booksOf(journal, 'carrier')).waiting, 1);
  });

  test('Redis had forgotten the script', async (t) => {
    const primary = await givenServer(t, replicated);
    await givenReplica(t, primary);
    const journal = await givenJournal(t, primary.url, { replicas: 1 });
    await eventually('the replica is there', () => journal.prove(['carrier']).then(() => true));
    await keep(journal, 'first');
    const client = new Redis(primary.url);
    t.after(() => client.disconnect());
    await client.script('FLUSH');
    assert.equal((await keep(journal, 'second')).fresh, true);
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ waiting: 2 }));
  });

  test('Redis syncs every write; where it does not and cannot be asked to, nothing does, and what to do is said', async (t) => {
    const server = await givenServer(t, { appendFsync: 'always' });
    const journal = await givenJournal(t, server.url, { fsync: true });
    await keep(journal, 'synced');
    const other = await givenServer(t, { appendFsync: 'everysec' });
    const refusing = await givenJournal(t, other.url, { fsync: true });
    assert.match(
      await refusal(keep(refusing, 'not synced')),
      /set appendonly yes and appendfsync always, or use Redis 7\.2/,
    );
    assert.deepEqual(await booksOf(refusing, 'carrier'), books({}));
  });

  test('Redis says that its disk has it, where it has WAITAOF', async (t) => {
    // The Redis of this machine may be too old for it: this one says of itself that it is not, and answers as it is told.
    let synced = 0;
    const asked: (readonly string[])[] = [];
    const { port } = await startStandIn(t, (command) => {
      asked.push(command);
      const [name, second] = command.map((word) => word.toUpperCase());
      if (name === 'INFO') return '$0\r\n\r\n';
      if (name === 'SMEMBERS') return '*0\r\n';
      if (name === 'COMMAND' && second === 'INFO') return '*1\r\n*1\r\n$7\r\nwaitaof\r\n';
      if (name === 'EVAL' || name === 'EVALSHA') return '*1\r\n$4\r\n+1-1\r\n';
      if (name === 'WAITAOF') return `*2\r\n:1\r\n:${synced}\r\n`;
      return '+OK\r\n';
    });
    const journal = await givenJournal(t, `redis://127.0.0.1:${port}`, { fsync: true, replicas: 1 });
    assert.match(await refusal(keep(journal, 'a')), /is not on the disk of Redis and 1 of its replicas in time/);
    synced = 1;
    await eventually('it is kept', () => keep(journal, 'a'));
    const waits = asked.filter(([name]) => name?.toUpperCase() === 'WAITAOF');
    assert.deepEqual(new Set(waits.map((wait) => wait.slice(1).join(' '))), new Set(['1 1 1100']));
  });
});
