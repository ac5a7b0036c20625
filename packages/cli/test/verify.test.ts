import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { Delivery, Settlement } from '@relay/core';
import { connectPatient, createJournal, type Journal } from '@relay/journal';
import { createRetries, type Retries } from '@relay/retries';
import { type RunningRedis, startRedis } from '@relay/testkit';
import { kinds } from '../src/verify-kinds.ts';
import { folderWith, relay } from './relay.ts';

let redis: RunningRedis;
let connection: ReturnType<typeof connectPatient>;
let journal: Journal;
let retries: Retries;
let folder: string;
let deliveries: Delivery[];

const log = 'relay:{carrier}:log';
const longAgo = Date.now() - 60_000;
const attempts = { count: 1, firstAt: longAgo, words: ['503'] };

before(async () => {
  redis = await startRedis();
  connection = connectPatient({ url: redis.url, name: 'test' });
  journal = createJournal({ redis: connection, consumer: 'worker-1', retentionMs: () => 86_400_000 });
  retries = createRetries({ redis: connection, onAlarm: async () => undefined, onError: () => undefined });
  folder = folderWith(`
redis: ${redis.url}
endpoints: [{name: carrier, source: thingspace}]
subscribers:
  - {name: billing, url: http://127.0.0.1:1, receives: [carrier]}
  - {name: archive, url: http://127.0.0.1:1, receives: [carrier]}`);
});

// Three messages, all of them read for billing: one delivered, one open with an alarm, one pending.
beforeEach(async () => {
  await connection.flushall();
  const cursors = ['billing', 'archive'].map((subscriber) => ({ subscriber, from: { kind: 'now' } as const }));
  await journal.apply([{ endpoint: 'carrier', dedupMs: 60_000, cursors }]);
  for (const number of [1, 2, 3]) await keep(number);
  deliveries = await journal.read('billing', ['carrier'], 3);
  await settle(deliveryOf(0), { state: 'delivered', attempts, at: longAgo });
  await retries.wake('billing', { endpoint: 'carrier', entry: deliveryOf(1).entry, generation: 1 }, 3_600_000);
  await settle(deliveryOf(1), { state: 'open', attempts, at: longAgo, dueAt: longAgo });
});

after(async () => {
  await retries?.close();
  journal?.close();
  connection?.disconnect();
  await redis?.stop();
});

test('books that add up are exit code 0, and every cursor is shown', async () => {
  const { code, stdout, stderr } = await relay(folder, ['verify']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^carrier +billing +3 +0 +1 +0 +0 +1 +1 +0$/m);
  assert.match(stdout, /^carrier +archive +0 +0 +0 +0 +0 +0 +0 +0$/m);
  assert.match(stdout, /^The sums add up\./m);
  const deep = await relay(folder, ['verify', '--deep']);
  assert.equal(deep.code, 0);
  assert.match(deep.stdout, /^Everything adds up\.$/m);
});

test('what was lost is named, exit code 1; a repair hands it back, and once more finds nothing to do', async () => {
  const { entry, message } = deliveryOf(2);
  await connection.xack(log, 'billing', entry);
  const plain = await relay(folder, ['verify']);
  assert.equal(plain.code, 1);
  assert.match(plain.stdout, /^difference +carrier +billing +1 /m);
  assert.match(plain.stderr, /^One thing does not add up: --deep looks at every message, --repair mends/);

  const deep = await verifyJson('--deep');
  assert.equal(deep.code, 1);
  assert.deepEqual(
    deep.findings.map(({ kind, count, ids }) => ({ kind, count, ids })),
    [
      { kind: 'difference', count: 1, ids: [] },
      { kind: 'unsettled', count: 1, ids: [message.id] },
    ],
  );

  const repaired = await verifyJson('--repair');
  assert.deepEqual([repaired.code, repaired.fine, repaired.findings], [0, true, []]);
  assert.deepEqual(
    repaired.mended.map(({ kind, ids }) => ({ kind, ids })),
    [{ kind: 'unsettled', ids: [message.id] }],
  );
  assert.equal((await journal.open('carrier', 'billing', entry))?.message.id, message.id);
  const again = await verifyJson('--repair');
  assert.deepEqual([again.code, again.mended], [0, []]);
});

test('what a repair opens gets an alarm with it: no worker has to find it overdue first', async () => {
  const [wasOpen, wasPending] = [deliveryOf(1).entry, deliveryOf(2).entry];
  await connection.xack(log, 'billing', wasPending);
  await connection.del('relay:{carrier}:open:billing', ...(await connection.keys('relay:retries:*')));
  assert.equal((await verifyJson('--repair')).code, 0);
  const alarms = await Array.fromAsync(retries.alarms('billing'));
  assert.deepEqual(
    new Map(alarms.map(({ entry, generation }) => [entry, generation])),
    new Map([
      [wasOpen, 1],
      [wasPending, 0],
    ]),
  );
  assert.equal(alarms.length, 2);
});

test('an open delivery whose alarm is gone gets one', async () => {
  await connection.del(...(await connection.keys('relay:retries:*')));
  const deep = await relay(folder, ['verify', '--deep']);
  assert.equal(deep.code, 1);
  assert.match(deep.stdout, /^no-alarm +carrier +billing +1 /m);
  assert.equal((await relay(folder, ['verify', '--repair'])).code, 0);
  const { entry } = deliveryOf(1);
  assert.deepEqual(await Array.fromAsync(retries.alarms('billing')), [{ endpoint: 'carrier', entry, generation: 1 }]);
});

test('an alarm of which only a part was deleted is set all the same', async () => {
  await connection.del('relay:retries:{billing}:delayed');
  assert.equal((await relay(folder, ['verify', '--repair'])).code, 0);
  assert.equal((await Array.fromAsync(retries.alarms('billing'))).length, 1);
});

test('an alarm for nothing is a note and not a fault', async () => {
  await retries.wake('billing', { endpoint: 'carrier', entry: deliveryOf(0).entry, generation: 1 }, 3_600_000);
  const { code, notes } = await verifyJson('--deep');
  assert.equal(code, 0);
  assert.deepEqual(
    notes.map(({ kind, count }) => [kind, count]),
    [['alarm-for-nothing', 1]],
  );
});

test('what cannot be mended stays exit code 1', async () => {
  await connection.hset('relay:{carrier}:totals', 'kept', '1');
  const { code, stderr } = await relay(folder, ['verify', '--repair']);
  assert.equal(code, 1);
  assert.match(stderr, /could not be mended: docs\/ledger\.md/);
});

test('a wrong option is exit code 2', async () => {
  assert.equal((await relay(folder, ['verify', '--quick'])).code, 2);
});

test('the page has every kind of finding, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/ledger.md'), 'utf8');
  const section = page.slice(page.indexOf('## What relay verify finds'), page.indexOf('## What a person'));
  const documented = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, kind]) => kind);
  assert.deepEqual(documented.sort(), [...kinds].sort());
});

interface Json {
  readonly fine: boolean;
  readonly findings: readonly Told[];
  readonly notes: readonly Told[];
  readonly mended: readonly Told[];
}

interface Told {
  readonly kind: string;
  readonly count: number;
  readonly ids: readonly string[];
}

async function verifyJson(option: string): Promise<Json & { readonly code: number | string }> {
  const { code, stdout } = await relay(folder, ['verify', option, '--json']);
  return { code, ...JSON.parse(stdout) };
}

function deliveryOf(number: number): Delivery {
  const delivery = deliveries[number];
  assert.ok(delivery);
  return delivery;
}

function settle({ entry }: Delivery, settlement: Settlement): Promise<boolean> {
  return journal.settle({ endpoint: 'carrier', subscriber: 'billing', entry, settlement });
}

async function keep(number: number): Promise<void> {
  const body = Buffer.from(`message ${number}`);
  const digest = createHash('sha256').update(body).digest();
  const message = { body, contentType: 'text/plain', receivedAt: Date.now(), digest, vendorAttempt: 1 };
  await journal.keep('carrier', [{ ...message, facts: { devices: [] } }], `token${number}`);
}
