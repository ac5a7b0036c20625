import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import type { Delivery, Settlement } from '@relay/core';
import { connectPatient, createSkip, type Journal, NotKeptError } from '../src/index.ts';
import { auditing } from './auditing.ts';
import { books, booksOf, day, dead, delivered, givenRedis, keepAll, open, planOf, settle, skipped } from './given.ts';

const given = givenRedis();
const endpoints = ['carrier', 'alerts'];
const everything = ['~*', '&*', '+@all'];

let url: string;
let journal: Journal;

/** What the ACL says of the relay from now on; it asks for each command while the relay stays connected. */
const acl = (...rules: string[]) => given.redis.call('ACL', 'SETUSER', 'relay', ...rules);

beforeEach(async () => {
  await acl('reset', 'on', '>secret', ...everything);
  url = given.server.url.replace('redis://', 'redis://relay:secret@');
  journal = given.journal({ url });
  await journal.apply(endpoints.map((endpoint) => planOf(endpoint)));
});

/** Five deliveries: one open, with what was noted about it, and four pending. */
async function five(): Promise<Delivery[]> {
  await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd', 'e']);
  const deliveries = await journal.read('billing', ['carrier'], 5);
  assert.ok(deliveries[0]);
  await settle(journal, deliveries[0], open);
  return deliveries;
}

test('the scripts name each command where they call it, or where they note it for later: that is how all of them are asked for', () => {
  const folder = join(import.meta.dirname, '../src');
  const scripts = readdirSync(folder).filter((file) => file.endsWith('.lua'));
  for (const file of scripts) {
    const calls = readFileSync(join(folder, file), 'utf8').match(/redis\.p?call\b.{0,9}/g) ?? [];
    for (const call of calls) assert.match(call, /^redis\.call(\(|, )('[A-Z]|unpack\()/, file);
  }
});

const settlements: Settlement[] = [delivered, delivered, skipped, open, dead];
const settled = books({ read: 5, delivered: 2, skipped: 1, open: 1, dead: 1 });

for (const command of ['xack', 'zrem', 'zadd', 'xadd', 'xrange', 'hmget', 'hset', 'hincrby', 'pexpire', 'pexpireat']) {
  test(`where ${command} is forbidden nothing is settled, and once it is allowed everything is`, async () => {
    const deliveries = await five();
    const settleAll = () =>
      Promise.allSettled(deliveries.map((one, i) => settle(journal, one, settlements[i] ?? skipped)));
    const before = await logsOf();
    await acl(`-${command}`);
    for (const answer of await settleAll()) {
      assert.equal(answer.status, 'rejected');
      assert.match(String(answer.reason), new RegExp(`NOPERM .*forbids the relay ${command.toUpperCase()}`));
    }
    assert.deepEqual(await logsOf(), before);
    await acl(`+${command}`);
    for (const answer of await settleAll()) assert.deepEqual(answer, { status: 'fulfilled', value: true });
    assert.deepEqual(await booksOf(journal, 'carrier'), settled);
    assert.deepEqual(await auditing(given.redis).look(), []);
  });
}

test('what was settled before another endpoint of the batch is refused is counted', async () => {
  for (const endpoint of endpoints) await keepAll(journal, endpoint, ['a', 'b', 'c', 'd']);
  const deliveries = await journal.read('billing', endpoints, 10);
  const settleAll = () => Promise.allSettled(deliveries.map((one) => settle(journal, one, delivered)));
  const reached = ['log', 'here', 'there'].map((part) => `~relay:{alerts}:${part}`);
  await acl('resetkeys', '~relay:{carrier}:*', ...reached);
  await settleAll();
  await acl(...everything);
  await settleAll();
  for (const endpoint of endpoints)
    assert.deepEqual(await booksOf(journal, endpoint), books({ read: 4, delivered: 4 }), endpoint);
});

for (const rule of ['-hset', '-hdel', '-xdel', '-zadd', '-pexpireat', '-publish', 'resetchannels']) {
  test(`with ${rule} nothing is kept of any endpoint, and with everything allowed all of it, once`, async () => {
    const keepBoth = (text: string) =>
      Promise.allSettled(endpoints.map((endpoint) => keepAll(journal, endpoint, [text])));
    await keepBoth('before');
    const before = await logsOf();
    await acl(rule);
    for (const answer of await keepBoth('a')) {
      assert.equal(answer.status, 'rejected');
      assert.ok(answer.reason instanceof NotKeptError);
    }
    assert.deepEqual(await logsOf(), before);
    await acl(...everything);
    for (const answer of await keepBoth('a')) assert.equal(answer.status, 'fulfilled');
    for (const endpoint of endpoints)
      assert.deepEqual(await booksOf(journal, endpoint), books({ waiting: 2 }), endpoint);
    assert.deepEqual(await auditing(given.redis).look(), []);
  });
}

for (const command of ['hset', 'hincrby', 'pexpire', 'pexpireat', 'zrem', 'xgroup|setid', 'hsetnx']) {
  test(`where ${command} is forbidden a skip leaves the books adding up, and goes on once it is allowed`, async () => {
    await five();
    await keepAll(journal, 'carrier', ['f', 'g']);
    const connection = connectPatient({ url, name: 'skip' });
    const skip = () =>
      createSkip({ redis: connection, retentionMs: day }).discard('carrier', 'billing', Date.now() + day);
    try {
      await acl(`-${command}`);
      await assert.rejects(skip(), /NOPERM/);
      assert.deepEqual(await auditing(given.redis).look(), []);
      await acl(`+${command}`);
      await skip();
    } finally {
      connection.disconnect();
    }
    assert.deepEqual(await booksOf(journal, 'carrier'), books({ read: 7, discarded: 7 }));
    assert.deepEqual(await auditing(given.redis).look(), []);
  });
}

/** All that lies under the endpoints' names, but what was written to see whether Redis takes writes. */
async function logsOf(): Promise<unknown> {
  const keys = (await given.redis.keys('relay:{*')).filter((key) => !key.endsWith(':probe')).sort();
  return Promise.all(keys.map(async (key) => [key, await given.redis.dumpBuffer(key)]));
}
