import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, Subscriber } from '@relay/core';
import { fingerprintsOf, readFingerprints } from '../src/index.ts';

const endpoint: Endpoint = {
  name: 'carrier',
  source: 'thingspace',
  path: '/carrier',
  account: '0000000001-00001',
  service: undefined,
  verify: { credentials: [{ username: 'relay', password: 'secret-password' }], allow: [] },
  dedupMs: 3_600_000,
};
const subscriber: Subscriber = {
  name: 'billing',
  url: 'https://billing.example/hooks/secret-path?token=secret-token',
  method: 'POST',
  endpoints: ['carrier'],
  wheres: { carrier: [{ subject: { kind: 'account' }, condition: { anyOf: ['secret-account'] } }] },
  from: { kind: 'now' },
  resume: false,
  timeoutMs: 15_000,
  connectTimeoutMs: 5_000,
  concurrency: 16,
  retry: { scheduleMs: [5_000], maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] },
  signing: {
    kind: 'standard-webhooks',
    secrets: [Buffer.from('secret-signing')],
    privateKeys: [Buffer.from('secret-private')],
  },
  headers: { 'x-key': 'secret-header' },
  auth: { kind: 'bearer', token: 'secret-bearer' },
  tls: { cert: 'secret-cert', key: 'secret-key' },
  proxy: 'http://user:secret-proxy@proxy:3128',
  network: { allowPrivate: true, deny: [], allow: [] },
  payload: 'raw',
  redact: false,
};

const settings = {
  redis: { url: 'rediss://user:secret-redis@redis:6379', replicas: 0, fsync: false },
  retentionMs: 259_200_000,
  network: { allowPrivate: true, deny: [], allow: [] },
  ingest: {
    publicUrl: 'https://hooks.example',
    listeners: [{ host: '0.0.0.0', port: 8443, tls: { cert: 'secret-cert', key: 'secret-key' } }],
    trustProxy: [],
    maxBodyBytes: 1_048_576,
    spool: { directory: '.relay/spool', maxBytes: 1_073_741_824 },
    operations: { host: '127.0.0.1', port: 9464 },
  },
  worker: { operations: { host: '127.0.0.1', port: 9465 } },
};

function settingsPrint(changes: Partial<typeof settings> = {}) {
  const texts = fingerprintsOf({ ...settings, ...changes, endpoints: [], subscribers: [] }, 'salt');
  return readFingerprints(texts).get('settings relay')?.print ?? {};
}

function printsOf(changes: Partial<Subscriber> = {}, salt = 'salt') {
  const texts = fingerprintsOf(
    { ...settings, endpoints: [endpoint], subscribers: [{ ...subscriber, ...changes }] },
    salt,
  );
  return { texts, billing: readFingerprints(texts).get('subscriber billing')?.print };
}

test('no secret is in what is written down, and none of a URL but its origin', () => {
  const written = JSON.stringify([...printsOf().texts]);
  assert.doesNotMatch(written, /secret/);
  assert.match(written, /https:\/\/billing\.example/);
});

test('what has no secrets can be read in it, in the words of the file', () => {
  const { receives, timeout, method, concurrency } = printsOf().billing ?? {};
  assert.deepEqual(
    [receives, timeout, method, concurrency],
    [['carrier'], 15_000, 'POST', 16].map((value) => ({ value })),
  );
});

for (const [key, changes] of [
  ['url', { url: 'https://billing.example/hooks/other' }],
  ['receives.where', { wheres: {} }],
  ['sign', { signing: { kind: 'standard-webhooks', secrets: [Buffer.from('other')], privateKeys: [] } }],
  ['headers', { headers: { 'x-key': 'other' } }],
  ['auth', { auth: { kind: 'bearer', token: 'other' } }],
  ['tls', { tls: { cert: 'secret-cert', key: 'other' } }],
  ['proxy', { proxy: 'http://user:other@proxy:3128' }],
  ['timeout', { timeoutMs: 20_000 }],
  ['rate', { rate: { count: 50, perMs: 1_000 } }],
] as const) {
  test(`a change of ${key} shows, and no other key changes`, () => {
    const [before, after] = [printsOf().billing ?? {}, printsOf(changes).billing ?? {}];
    const keys = Object.keys({ ...before, ...after });
    const changed = keys.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
    assert.deepEqual(changed, [key]);
  });
}

const { ingest } = settings;

for (const [key, changes] of [
  ['redis', { redis: { ...settings.redis, url: 'rediss://user:secret-other@redis:6379' } }],
  ['redis.fsync', { redis: { ...settings.redis, fsync: true } }],
  ['retention', { retentionMs: 300_000 }],
  ['network', { network: { ...settings.network, allowPrivate: false } }],
  ['ingest.maxBody', { ingest: { ...ingest, maxBodyBytes: 2_048 } }],
  ['ingest.listeners', { ingest: { ...ingest, listeners: [{ ...ingest.listeners[0], port: 1 }] } }],
  [
    'ingest.listeners',
    { ingest: { ...ingest, listeners: [{ ...ingest.listeners[0], tls: { cert: 'secret-cert', key: 'secret-new' } }] } },
  ],
  ['ingest.spool.directory', { ingest: { ...ingest, spool: { ...ingest.spool, directory: '/spool' } } }],
  ['ingest.operations', { ingest: { ...ingest, operations: { host: '0.0.0.0', port: 9464 } } }],
  ['worker.operations', { worker: { operations: { host: '127.0.0.1', port: 1 } } }],
] as const) {
  test(`a change of ${key} beside endpoints and subscribers shows, without a secret`, () => {
    const [before, after] = [settingsPrint(), settingsPrint(changes as Partial<typeof settings>)];
    const changed = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
    assert.deepEqual(changed, [key]);
    assert.doesNotMatch(JSON.stringify([before, after]), /secret/);
  });
}

test('the same in another order is the same', () => {
  const [one, other] = [
    { a: '1', b: '2' },
    { b: '2', a: '1' },
  ].map((headers) => printsOf({ headers }).billing?.headers);
  assert.deepEqual(one, other);
});

test('the same secret has another hash under another salt, and under another name', () => {
  const under = (name: string, salt: string) => {
    const texts = fingerprintsOf({ ...settings, endpoints: [], subscribers: [{ ...subscriber, name }] }, salt);
    return readFingerprints(texts).get(`subscriber ${name}`)?.print.auth?.hash;
  };
  assert.equal(new Set([under('a', 'one'), under('a', 'two'), under('b', 'one')]).size, 3);
});

test('what another version has written is left out, not stumbled over', () => {
  assert.deepEqual(
    [
      ...readFingerprints(
        new Map([
          ['relay of old', 'x'],
          ['gauge a', '{}'],
        ]),
      ),
    ],
    [],
  );
});
