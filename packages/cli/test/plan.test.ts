import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfiguration } from '@relay/config';
import { connectPatient, createJournal, createPresence, type Journal } from '@relay/journal';
import { fingerprintsOf, planLogs } from '@relay/routing';
import { type RunningRedis, startRedis } from '@relay/testkit';
import { folderWith, relayHere } from './relay.ts';

let server: RunningRedis;
let redis: ReturnType<typeof connectPatient>;
let journal: Journal;
let folder: string;

const file = (subscribers: string, endpoints = '[{name: carrier, source: ixc-acs}, {name: usage, source: ixc-acs}]') =>
  `redis: ${server.url}\nretention: 3d\nendpoints: ${endpoints}\nsubscribers: [${subscribers}]`;
const billing =
  '{name: billing, url: "http://127.0.0.1:1/secret-path", receives: ["*"], sign: {secret: whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0}}';
const crm = '{name: crm, url: "http://127.0.0.1:1", receives: [carrier]}';

before(async () => {
  server = await startRedis();
  redis = connectPatient({ url: server.url, name: 'test' });
  journal = createJournal({ redis, consumer: 'test', retentionMs: () => 60_000 });
  folder = folderWith(file(`${billing}, ${crm}`));
});

after(async () => {
  journal?.close();
  redis?.disconnect();
  await server?.stop();
});

async function plan(text: string, ...options: string[]) {
  const file = join(folder, 'next.yaml');
  writeFileSync(file, text);
  return relayHere(folder, ['plan', file, ...options]);
}

// The tests go on where the one before has left Redis.

test('where no relay has ever run everything is new', async () => {
  const { code, stdout } = await relayHere(folder, ['plan', '--exit-code']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `No worker has applied a configuration in this Redis so far.

Endpoints
  + carrier
  + usage

Subscribers
  + billing
  + crm

Cursors
  + billing in carrier, from now
  + crm in carrier, from now
  + billing in usage, from now`,
  );
});

test('the file that is in force would change nothing', async () => {
  const loaded = await loadConfiguration(join(folder, 'relay.yaml'), {});
  assert.ok('configuration' in loaded);
  const { configuration } = loaded;
  await journal.apply(planLogs(configuration));
  await createPresence({ redis, journal }).noteInForce((salt) => fingerprintsOf(configuration, salt));
  const digest = Buffer.alloc(32);
  const message = { body: Buffer.from('{}'), contentType: undefined, receivedAt: Date.now(), vendorAttempt: 1 };
  await journal.keep('carrier', [{ ...message, digest, facts: { devices: [] } }], 'token');
  const { code, stdout } = await relayHere(folder, ['plan', '--exit-code']);
  assert.deepEqual([code, stdout], [0, 'Nothing would change.']);
});

test('what is added, changed and removed is said, without secrets', async () => {
  const next = billing
    .replace('whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0', 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtb3RoZXJz')
    .replace('secret-path', 'secret-other')
    .replace('receives: ["*"]', 'receives: [carrier], timeout: 20s');
  const { code, stdout, stderr } = await plan(
    file(`${next}, {name: audit, url: "http://127.0.0.1:1", receives: ["*"], from: 24h}`).replace('3d', '90m'),
  );
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `Settings
  ~ retention 3d → 90m

Subscribers
  + audit
  - crm
  ~ billing: url changed, receives [carrier, usage] → [carrier], timeout 15s → 20s, sign changed

Cursors
  + audit in carrier, from 1d ago
  + audit in usage, from 1d ago
  - crm in carrier: 1 waiting, 0 pending, 0 open; discarded after 90m unless it comes back with resume: true
  - billing in usage: 0 waiting, 0 pending, 0 open`,
  );
  assert.doesNotMatch(stdout + stderr, /secret|whsec/);
});

test('with --exit-code it fails where messages would be discarded or stranded', async () => {
  const renamed = file(
    `${billing.replace('name: billing', 'name: billing2')}, ${crm.replace('name: crm', 'name: crm2')}`,
  );
  const { code, stdout, stderr } = await plan(renamed, '--json', '--exit-code');
  assert.deepEqual([code, stderr], [1, 'Messages would not get to somebody who is to get them now.']);
  const { first, subscribers, cursors, stranded } = JSON.parse(stdout);
  assert.deepEqual([first, subscribers.added, subscribers.removed], [false, ['billing2', 'crm2'], ['billing', 'crm']]);
  assert.deepEqual(cursors.orphaned[0], {
    endpoint: 'carrier',
    subscriber: 'billing',
    waiting: 1,
    pending: 0,
    open: 0,
  });
  assert.deepEqual(stranded, [{ endpoint: 'carrier', messages: 1 }]);
  assert.equal((await plan(renamed)).code, 0);
});

test('one that had left and comes back at now, or resumes', async () => {
  await redis.hset('relay:{carrier}:cursor:crm', { alive: 1, removed: 1, absent: 100_000 });
  const back = await plan(file(`${billing}, ${crm}`), '--exit-code');
  assert.equal(back.code, 1);
  assert.match(back.stdout, /~ crm in carrier comes back and begins at now: 1 message discarded that it missed/);
  const resumed = await plan(file(`${billing}, ${crm.replace('}', ', resume: true}')}`), '--exit-code');
  assert.equal(resumed.code, 0);
  assert.match(resumed.stdout, /~ crm in carrier comes back and goes on where it stood: 1 message waiting/);
});

test('mistakes in the file are those of relay check', async () => {
  const wrong = 'nonsense: 1\n';
  const { code, stderr } = await plan(wrong);
  const checked = await relayHere(folder, ['check', join(folder, 'next.yaml')]);
  assert.equal(code, 2);
  assert.equal(stderr, checked.stderr);
});
