import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { Message } from '@relay/core';
import { createHolds } from '@relay/holds';
import { connectPatient, createJournal, createPresence, type Journal } from '@relay/journal';
import { createRetries } from '@relay/retries';
import { type RunningRedis, startRedis } from '@relay/testkit';
import { folderWith, relayHere } from './relay.ts';

let server: RunningRedis;
let redis: ReturnType<typeof connectPatient>;
let journal: Journal;
let folder: string;

before(async () => {
  server = await startRedis();
  redis = connectPatient({ url: server.url, name: 'test' });
  journal = createJournal({ redis, consumer: 'test', retentionMs: () => 60_000 });
  folder = folderWith(`
redis: ${server.url}
endpoints: [{name: carrier, source: ixc-acs}, {name: usage, source: ixc-acs}]
subscribers: [{name: billing, url: "http://127.0.0.1:1", receives: [carrier]}]`);
});

after(async () => {
  journal?.close();
  redis?.disconnect();
  await server?.stop();
});

/** The file names billing in carrier alone; crm and billing in usage are orphans. Each has one open, one dead and one waiting. */
beforeEach(async () => {
  await redis.flushall();
  const cursors = ['billing', 'crm'].map((subscriber) => ({ subscriber, from: { kind: 'now' } as const }));
  await journal.apply(['carrier', 'usage'].map((endpoint) => ({ endpoint, dedupMs: 60_000, cursors })));
  for (const endpoint of ['carrier', 'usage']) {
    for (const number of [1, 2, 3]) await journal.keep(endpoint, [message(number)], `${endpoint}${number}`);
    for (const { subscriber } of cursors) {
      const [first, second] = await journal.read(subscriber, [endpoint], 2);
      assert.ok(first && second);
      const at = Date.now();
      const attempts = { count: 1, firstAt: at, words: ['503'] };
      const settling = { endpoint, subscriber };
      await journal.settle({ ...settling, entry: first.entry, settlement: { state: 'open', attempts, at, dueAt: at } });
      await journal.settle({
        ...settling,
        entry: second.entry,
        settlement: { state: 'dead', attempts, at, reason: 'gone' },
      });
    }
  }
});

function message(number: number): Message {
  const body = Buffer.from(`{"number": ${number}}`);
  const digest = createHash('sha256').update(body).digest();
  const facts = { devices: [] };
  return { body, contentType: 'application/json', receivedAt: Date.now(), digest, vendorAttempt: 1, facts };
}

/** Nobody has named these for a minute. */
async function silence(...subscribers: string[]): Promise<void> {
  for (const endpoint of ['carrier', 'usage'])
    for (const subscriber of subscribers)
      await redis.hincrby(`relay:{${endpoint}}:cursor:${subscriber}`, 'alive', -60_000);
}

async function cursors(): Promise<string[]> {
  const presence = createPresence({ redis, journal });
  const standings = await Promise.all(['carrier', 'usage'].map((endpoint) => presence.cursors(endpoint)));
  return standings.flatMap(({ endpoint, cursors: here }) => here.map(({ subscriber }) => `${subscriber} ${endpoint}`));
}

const all = ['billing carrier', 'crm carrier', 'billing usage', 'crm usage'];
const orphan = { waiting: 1, pending: 0, open: 1, deadLetters: 1 };

test('a dry run says what would be deleted and discarded, and does nothing', async () => {
  await silence('billing', 'crm');
  const { code, stdout } = await relayHere(folder, ['subscribers', 'prune', '--dry-run', '--json']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    dryRun: true,
    cursors: [
      { endpoint: 'carrier', subscriber: 'crm', ...orphan },
      { endpoint: 'usage', subscriber: 'billing', ...orphan },
      { endpoint: 'usage', subscriber: 'crm', ...orphan },
    ],
    named: [],
    discarded: 0,
  });
  const table = await relayHere(folder, ['subscribers', 'prune', 'crm', '--dry-run']);
  assert.match(table.stdout, /^crm +carrier +1 +0 +1 +1$[\s\S]*would be deleted, and 4 messages discarded/m);
  assert.deepEqual(await cursors(), all);
});

test('without a terminal it takes --yes', async () => {
  await silence('crm');
  const { code, stderr } = await relayHere(folder, ['subscribers', 'prune', 'crm']);
  assert.equal(code, 2);
  assert.match(stderr, /say --yes/);
  assert.deepEqual(await cursors(), all);
});

test('of a subscriber that is gone its cursors, its alarms and its hold are deleted; its dead letters stay', async () => {
  await silence('crm');
  await createHolds({ redis }).hold('crm', { reason: 'paused', why: 'test' });
  const retries = createRetries({ redis, onAlarm: async () => undefined, onError: () => undefined });
  await retries.wake('crm', { endpoint: 'carrier', entry: '1-0', generation: 1 }, 60_000);
  await retries.close();
  const { code, stdout } = await relayHere(folder, ['subscribers', 'prune', 'crm', '--yes']);
  assert.equal(code, 0);
  assert.match(stdout, /^Deleted; 4 messages count as discarded\. Their dead letters stay/m);
  assert.deepEqual(await cursors(), ['billing carrier', 'billing usage']);
  const forgotten = 'relay:hold:{crm}';
  const dead = ['relay:{carrier}:dead:crm', 'relay:{usage}:dead:crm'];
  assert.deepEqual((await redis.keys('*crm*')).sort(), [forgotten, ...dead]);
  assert.ok((await redis.pttl(forgotten)) > 0, 'what says that it runs again goes by itself');
  assert.equal((await createHolds({ redis }).names()).includes('crm'), false);
});

test('a subscriber that the file names somewhere keeps what it has there, and its hold', async () => {
  await silence('billing', 'crm');
  await createHolds({ redis }).hold('billing', { reason: 'paused', why: 'test' });
  const { code } = await relayHere(folder, ['subscribers', 'prune', '--yes', '--dead-letters']);
  assert.equal(code, 0);
  assert.deepEqual(await cursors(), ['billing carrier']);
  assert.deepEqual(await createHolds({ redis }).names(), ['billing']);
  assert.deepEqual(await redis.keys('*:dead:*'), ['relay:{carrier}:dead:billing']);
});

test('one that a relay which runs names is refused by its name, and left alone without', async () => {
  await silence('billing');
  const named = await relayHere(folder, ['subscribers', 'prune', 'crm', '--yes']);
  assert.equal(named.code, 1);
  assert.match(named.stderr, /A relay that runs, or ran within the last minute, names crm: .* Nothing was deleted\./);
  assert.deepEqual(await cursors(), all);
  const others = await relayHere(folder, ['subscribers', 'prune', '--yes']);
  assert.equal(others.code, 0);
  assert.match(others.stdout, /Deleted; 2 messages[\s\S]*names crm/);
  assert.deepEqual(await cursors(), ['billing carrier', 'crm carrier', 'crm usage']);
});

test('who is unknown, or has nothing orphaned, is said', async () => {
  await silence('crm', 'billing');
  const unknown = await relayHere(folder, ['subscribers', 'prune', 'nobody', '--yes']);
  assert.deepEqual([unknown.code, unknown.stderr], [2, 'There is no subscriber nobody: there are billing, crm.']);
  await relayHere(folder, ['subscribers', 'prune', '--yes']);
  const kept = await relayHere(folder, ['subscribers', 'prune', 'billing', '--yes']);
  assert.deepEqual([kept.code, kept.stderr], [2, 'The configuration names billing: nothing of it is orphaned.']);
  const nothing = await relayHere(folder, ['subscribers', 'prune', '--yes']);
  assert.deepEqual([nothing.code, nothing.stdout], [0, 'There is no cursor to delete.']);
});
