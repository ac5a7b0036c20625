import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Delivery, Message, Settlement } from '@relay/core';
import { connectPatient, createJournal, type Journal } from '@relay/journal';
import { openSpool } from '@relay/spool';
import { type RunningRedis, startRedis } from '@relay/testkit';
import { folderWith, relay } from './relay.ts';

let redis: RunningRedis;
let connection: ReturnType<typeof connectPatient>;
let journal: Journal;
let folder: string;
const ids: string[] = [];

// Three messages kept: billing took the first and waits for a retry of the second; archive has read none.
before(async () => {
  redis = await startRedis();
  connection = connectPatient({ url: redis.url, name: 'test' });
  journal = createJournal({ redis: connection, consumer: 'test', retentionMs: () => 60_000 });
  const cursors = ['billing', 'archive'].map((subscriber) => ({ subscriber, from: { kind: 'now' } as const }));
  await journal.apply([{ endpoint: 'carrier', dedupMs: 60_000, cursors }]);
  for (const number of [1, 2, 3]) {
    const kept = await journal.keep('carrier', [message(number)], `token${number}`);
    ids.push(...kept.map(({ id }) => id));
  }
  const [first, second] = await journal.read('billing', ['carrier'], 2);
  assert.ok(first && second);
  const at = Date.now();
  await settle(first, { state: 'delivered', attempts: { count: 1, firstAt: at, words: ['204'] }, at });
  const attempts = { count: 28, firstAt: at, words: ['503', 'timeout'] };
  await settle(second, { state: 'open', attempts, at, dueAt: at + 3_600_000 });
  folder = folderWith(`
redis: ${redis.url}
endpoints: [{name: carrier, source: thingspace}]
subscribers:
  - {name: billing, url: http://127.0.0.1:1, receives: [carrier]}
  - {name: archive, url: http://127.0.0.1:1, receives: [carrier]}`);
});

after(async () => {
  journal?.close();
  connection?.disconnect();
  await redis?.stop();
});

test('status says where each subscriber stands', async () => {
  const { code, stdout } = await relay(folder, ['status', '--json']);
  assert.equal(code, 0);
  const { subscribers, ...others } = JSON.parse(stdout);
  assert.deepEqual(others, { spool: null, aside: null, directory: '.relay/spool', redisMemoryRatio: 0 });
  const [billing, archive] = subscribers;
  assert.equal(typeof billing.lastDeliveredAt, 'number');
  const { lastDeliveredAt: _, oldestWaitingAt, firstDueAt, ...counts } = billing;
  assert.deepEqual([typeof oldestWaitingAt, typeof firstDueAt], ['number', 'number']);
  const inFlight = { inFlight: 0, retrying: 1 };
  assert.deepEqual(counts, { subscriber: 'billing', waiting: 1, ...inFlight, delivered: 1, dead: 0, hold: null });
  assert.deepEqual([archive.waiting, archive.firstDueAt, archive.lastDeliveredAt], [3, null, null]);

  const table = await relay(folder, ['status']);
  assert.match(table.stdout, /^billing +1 +\d+m?s +0 +1 +1 +0 +\d+m?s ago +runs$/m);
  assert.match(table.stdout, /^archive +3 .* – +runs$/m);
});

test('status says what the spool here holds, while ingest has it, and what was put aside', async () => {
  const spooling = folderWith(`redis: ${redis.url}\nendpoints: []\nsubscribers: []`);
  const empty = await relay(spooling, ['status']);
  assert.match(empty.stdout, /^The spool's directory \.relay\/spool is not on this machine: relay_spool_messages .*$/m);
  const directory = join(spooling, '.relay/spool');
  const spool = await openSpool({ directory, maxBytes: 2 ** 20 });
  const asides = await Promise.all(
    ['carrier', 'usage'].map((endpoint) =>
      openSpool({ directory: join(directory, 'aside', endpoint), maxBytes: 2 ** 20 }),
    ),
  );
  try {
    assert.match((await relay(spooling, ['status'])).stdout, /^The spool here is empty\.$/m);
    const { spool: nothing } = JSON.parse((await relay(spooling, ['status', '--json'])).stdout);
    assert.deepEqual(nothing, { messages: 0, bytes: 0, oldestAt: null });
    await spool.append({ endpoint: 'carrier', messages: [message(1), message(2)], token: 'a' });
    for (const aside of asides) await aside.append({ endpoint: 'carrier', messages: [message(3)], token: 'b' });
    const { stdout } = await relay(spooling, ['status']);
    assert.match(stdout, /^The spool here holds 2 messages, \d+B, the oldest received \d+m?s ago\.$/m);
    assert.match(stdout, /^Beside it lies what the logs of its endpoints do not take: that holds 2 messages, /m);
    const parsed = JSON.parse((await relay(spooling, ['status', '--json'])).stdout);
    assert.deepEqual(parsed.spool, spool.depth());
    const [carrier, usage] = asides.map((aside) => aside.depth());
    assert.equal(parsed.aside.bytes, (carrier?.bytes ?? 0) + (usage?.bytes ?? 0));
    assert.equal(parsed.aside.oldestAt, carrier?.oldestAt);
  } finally {
    for (const each of [spool, ...asides]) await each.close();
  }
});

test('status says how full Redis is', async () => {
  await connection.call('CONFIG', 'SET', 'maxmemory', '100mb');
  const { stdout } = await relay(folder, ['status']);
  await connection.call('CONFIG', 'SET', 'maxmemory', '0');
  assert.match(stdout, /^Redis uses \d+ % of its maxmemory\.$/m);
  assert.match((await relay(folder, ['status'])).stdout, /^Redis has no maxmemory\.$/m);
});

test("a message's story is found by its id, with each delivery", async () => {
  const { code, stdout } = await relay(folder, ['messages', String(ids[1])]);
  assert.equal(code, 0);
  assert.match(stdout, /^message +carrier-/m);
  assert.match(stdout, /^billing +open, next attempt in \d+m +28 +last 2: 503 timeout /m);
  assert.match(stdout, /^archive +waiting +0 /m);
  const short = await relay(folder, ['messages', String(ids[0])]);
  assert.match(short.stdout, /^billing +delivered +1 +204 /m);
  const [{ deliveries }] = JSON.parse((await relay(folder, ['messages', String(ids[1]), '--json'])).stdout);
  const billing = deliveries.find(({ subscriber }: { subscriber: string }) => subscriber === 'billing');
  assert.deepEqual([billing.attempts.count, billing.attempts.words], [28, ['503', 'timeout']]);
});

test('messages are listed by a request id or a device id that they share', async () => {
  for (const value of ['request-x', '89000000000000000017']) {
    const { stdout } = await relay(folder, ['messages', value]);
    for (const id of ids.slice(1)) assert.ok(stdout.includes(id), `${value}: ${stdout}`);
  }
  const { stdout } = await relay(folder, ['messages', 'request-1', '--json']);
  assert.deepEqual(
    JSON.parse(stdout).map(({ id }: { id: string }) => id),
    [ids[0]],
  );
});

test('a body is never shown: vendors put passwords into it', async () => {
  for (const args of [[String(ids[0])], [String(ids[0]), '--json'], ['request-x'], ['request-x', '--json']]) {
    const { stdout } = await relay(folder, ['messages', ...args]);
    assert.doesNotMatch(stdout, /hunter2/);
  }
});

test('what is not kept is exit code 1', async () => {
  const { code, stderr } = await relay(folder, ['messages', 'carrier-1-0-abcd']);
  assert.equal(code, 1);
  assert.match(stderr, /No message is kept under carrier-1-0-abcd/);
});

const nobody = 'endpoints: []\nsubscribers: []';

test('a Redis that is away is one clear sentence without its password, and exit code 1', async () => {
  const away = folderWith(`redis: redis://:hunter2@127.0.0.1:1\n${nobody}`);
  for (const args of [['verify'], ['messages', 'request-1']]) {
    const { code, stderr } = await relay(away, args);
    assert.equal(code, 1);
    const trouble =
      'Redis refuses connections at 127.0.0.1:1: is it running there, and is that the address it is to have?';
    assert.equal(stderr, `${trouble} The configuration names redis://:***@127.0.0.1:1.`);
  }
});

test('where nobody says which Redis it is, it is said how to', async () => {
  const asking = folderWith(`redis: $\{REDIS_URL:-redis://127.0.0.1:1}\n${nobody}`);
  const environment = { REDIS_URL: 'redis://127.0.0.1:1' };
  const hint = /\. Start the relay with npm start, or name its Redis in REDIS_URL\.$/;
  assert.doesNotMatch((await relay(asking, ['status'], environment)).stderr, hint);
  assert.match((await relay(asking, ['status'])).stderr, hint);
  mkdirSync(join(asking, '.relay'));
  writeFileSync(join(asking, '.relay/redis.url'), 'redis://127.0.0.1:1');
  assert.doesNotMatch((await relay(asking, ['status'])).stderr, hint);
});

// The spool was not told while Redis was away, which is when somebody wants to know.
test('status says what the spool here holds while Redis is away', async () => {
  const away = folderWith(`redis: redis://127.0.0.1:1\n${nobody}`);
  const spool = await openSpool({ directory: join(away, '.relay/spool'), maxBytes: 2 ** 20 });
  try {
    await spool.append({ endpoint: 'carrier', messages: [message(1)], token: 'a' });
    const { code, stdout, stderr } = await relay(away, ['status']);
    assert.equal(code, 1);
    assert.match(stdout, /^The spool here holds 1 message, \d+B, the oldest received \d+m?s ago\.$/);
    assert.match(stderr, /^Redis refuses connections at 127\.0\.0\.1:1: /);
    const asJson = await relay(away, ['status', '--json']);
    assert.equal(asJson.code, 1);
    assert.deepEqual(JSON.parse(asJson.stdout), {
      subscribers: null,
      spool: spool.depth(),
      aside: { messages: 0, bytes: 0, oldestAt: null },
      directory: '.relay/spool',
      redisMemoryRatio: null,
    });
  } finally {
    await spool.close();
  }
});

test('a Redis that does not answer is a sentence as well', async () => {
  redis.pause();
  const { code, stderr } = await relay(folder, ['status']);
  redis.resume();
  assert.equal(code, 1);
  assert.match(stderr, /^Redis does not answer in time\. The configuration names redis:/);
});

test('a mistake in relay.yaml ends with what can be looked at meanwhile, and exit code 2', async () => {
  const broken = folderWith(`redis: ${redis.url}\nendpoints: soon\nsubscribers: []`);
  for (const args of [['status'], ['messages', 'request-1']]) {
    const { code, stderr } = await relay(broken, args);
    assert.equal(code, 2);
    assert.match(stderr, /^relay\.yaml:2:\d+ endpoints: .*\nA relay that runs goes on .* --config <file> .*$/s);
  }
  const older = join(folder, 'relay.yaml');
  assert.equal((await relay(broken, ['status', '--config', older])).code, 0);
});

test('the Redis that runs here on its own account is found by its note', async () => {
  const asks = `redis: $\{REDIS_URL:-redis://127.0.0.1:1}`;
  const noted = folderWith(`${asks}\nendpoints: [{name: carrier, source: thingspace}]\nsubscribers: []`);
  mkdirSync(join(noted, '.relay'));
  writeFileSync(join(noted, '.relay/redis.url'), `${redis.url}\n`);
  const { code, stdout } = await relay(noted, ['status']);
  assert.equal(code, 0);
  assert.match(stdout, /billing \(not configured\)/);
});

function settle({ message: { endpoint }, entry, subscriber }: Delivery, settlement: Settlement): Promise<boolean> {
  return journal.settle({ endpoint, subscriber, entry, settlement });
}

function message(number: number): Message {
  const correlationId = number === 1 ? 'request-1' : 'request-x';
  const devices = number === 1 ? [] : [{ kind: 'iccid', id: '89000000000000000017' }];
  const body = Buffer.from(`{"password": "hunter2", "number": ${number}}`);
  return {
    body,
    contentType: 'application/json',
    receivedAt: Date.now(),
    digest: createHash('sha256').update(body).digest(),
    vendorAttempt: 1,
    facts: { correlationId, devices, type: 'activateResponse', status: 'Success' },
  };
}
