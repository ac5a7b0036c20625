import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Signing } from '@relay/core';
import { parseDuration } from '../src/duration.ts';
import { configurationOf, endpointFile, plainRedis, subscriberFile } from './reading.ts';

test('without the key, REDIS_URL says where Redis is', () => {
  const environment = { REDIS_URL: 'redis://elsewhere:6379' };
  const { redis } = configurationOf('endpoints: []\nsubscribers: []', { environment });
  assert.deepEqual(redis, plainRedis('redis://elsewhere:6379'));
  const written = 'redis: redis://written\nendpoints: []\nsubscribers: []';
  assert.deepEqual(configurationOf(written, { environment }).redis, plainRedis('redis://written'));
});

test('without the keys, RELAY_OPERATIONS_HOST says where health and metrics are', () => {
  const environment = { RELAY_OPERATIONS_HOST: '0.0.0.0' };
  const hosts = (text: string) => {
    const { ingest, worker } = configurationOf(`${text}endpoints: []\nsubscribers: []`, { environment });
    return [ingest.operations, worker.operations].map(({ host, port }) => `${host}:${port}`);
  };
  assert.deepEqual(hosts(''), ['0.0.0.0:9464', '0.0.0.0:9465']);
  assert.deepEqual(hosts('worker: {operations: {host: "::1", port: 1}}\n'), ['0.0.0.0:9464', '::1:1']);
});

test('what is not written has its default', () => {
  const endpoints = '[{name: e, source: thingspace}]';
  const subscribers = '[{name: s, url: "https://host/hook", receives: [e]}]';
  assert.deepEqual(configurationOf(`endpoints: ${endpoints}\nsubscribers: ${subscribers}`), {
    redis: plainRedis('redis://127.0.0.1:6379'),
    retentionMs: 259_200_000,
    network: { allowPrivate: true, deny: [], allow: [] },
    ingest: {
      publicUrl: undefined,
      listeners: [{ host: '0.0.0.0', port: 8080 }],
      trustProxy: [],
      maxBodyBytes: 1_048_576,
      spool: { directory: '.relay/spool', maxBytes: 1_073_741_824 },
      operations: { host: '127.0.0.1', port: 9464 },
    },
    worker: { operations: { host: '127.0.0.1', port: 9465 } },
    endpoints: [
      {
        name: 'e',
        source: 'thingspace',
        path: '/e',
        account: undefined,
        service: undefined,
        verify: { credentials: [], allow: [] },
        dedupMs: 3_600_000,
      },
    ],
    subscribers: [
      {
        name: 's',
        url: 'https://host/hook',
        endpoints: ['e'],
        from: { kind: 'now' },
        timeoutMs: 15_000,
        concurrency: 16,
        retry: {
          scheduleMs: [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000],
          maxAgeMs: 259_200_000,
          jitter: 0.2,
          giveUpOn: [[410, 410]],
        },
        method: 'POST',
        wheres: {},
        resume: false,
        connectTimeoutMs: 5_000,
        breaker: { failures: 10, probeMs: [5_000, 15_000, 30_000, 60_000, 300_000] },
        network: { allowPrivate: true, deny: [], allow: [] },
        headers: {},
        payload: 'raw',
        redact: false,
      },
    ],
  });
});

test('everything that is written counts', () => {
  const text = `
redis: rediss://:secret@redis:6380/1
retention: 7d
ingest:
  publicUrl: https://hooks.example.com/in/
  listeners:
    - port: 0
    - {host: "::1", port: 9001}
  trustProxy: [10.0.0.0/8]
  maxBody: 64KiB
  spool: {directory: /var/lib/relay, max: 512MiB}
  operations: {port: 1}
worker: {operations: {host: worker, port: 2}}
endpoints:
  - name: e
    source: thingspace
    account: {from: username}
    service: NiddService
    path: /nidd
    verify: {credentials: [{username: a, password: b}, {username: a, password: c}], allow: [1.2.3.4]}
    dedup: 10m
subscribers:
  - name: s
    url: http://host/
    receives: [{endpoint: "*"}]
    from: 24h
    timeout: 500ms
    concurrency: 1
    retry: {schedule: [1s, 2s], maxAge: 1h}
    sign: {secret: [whsec_bm90IGEgc2VjcmV0LCBvbmx5IGZvciB0aGUgZGVtbyE=, "plain text of twenty-four"]}
    headers: {X-Team: billing}
    payload: raw
    redact: true
  - {name: t, url: "http://host/", receives: [e], from: beginning, retry: {maxAge: 1h}, payload: json}
`;
  const { redis, retentionMs, ingest, worker, endpoints, subscribers } = configurationOf(text);
  assert.deepEqual([redis, retentionMs], [plainRedis('rediss://:secret@redis:6380/1'), 604_800_000]);
  assert.deepEqual(ingest, {
    publicUrl: 'https://hooks.example.com/in',
    listeners: [
      { host: '0.0.0.0', port: 0, publicUrl: 'https://hooks.example.com/in' },
      { host: '::1', port: 9001, publicUrl: 'https://hooks.example.com/in' },
    ],
    trustProxy: ['10.0.0.0/8'],
    maxBodyBytes: 65_536,
    spool: { directory: '/var/lib/relay', maxBytes: 536_870_912 },
    operations: { host: '127.0.0.1', port: 1 },
  });
  assert.deepEqual(worker, { operations: { host: 'worker', port: 2 } });
  assert.deepEqual(endpoints, [
    {
      name: 'e',
      source: 'thingspace',
      path: '/nidd',
      url: 'https://hooks.example.com/in/nidd',
      account: { from: 'username' },
      service: 'NiddService',
      verify: {
        credentials: [
          { username: 'a', password: 'b' },
          { username: 'a', password: 'c' },
        ],
        allow: ['1.2.3.4'],
      },
      dedupMs: 600_000,
    },
  ]);
  assert.deepEqual(subscribers[0], {
    name: 's',
    url: 'http://host/',
    endpoints: ['e'],
    from: { kind: 'ago', ms: 86_400_000 },
    timeoutMs: 500,
    concurrency: 1,
    retry: { scheduleMs: [1000, 2000], maxAgeMs: 3_600_000, jitter: 0.2, giveUpOn: [[410, 410]] },
    method: 'POST',
    wheres: {},
    resume: false,
    connectTimeoutMs: 500,
    breaker: { failures: 10, probeMs: [5_000, 15_000, 30_000, 60_000, 300_000] },
    network: { allowPrivate: true, deny: [], allow: [] },
    signing: signedWith('not a secret, only for the demo!', 'plain text of twenty-four'),
    headers: { 'X-Team': 'billing' },
    payload: 'raw',
    redact: true,
  });
  assert.deepEqual([subscribers[1]?.from, subscribers[1]?.payload], [{ kind: 'beginning' }, 'json']);
  assert.equal(subscribers[1]?.retry.scheduleMs.length, 9, 'a short maxAge leaves the default schedule alone');
});

test('one bearer token or several count', () => {
  const text = `endpoints:
  - {name: one, source: generic, verify: {bearer: "one token"}}
  - {name: several, source: generic, verify: {bearer: ["one token", "another one"]}}
subscribers: []`;
  const tokens = configurationOf(text).endpoints.map(({ verify }) => verify.bearer);
  assert.deepEqual(tokens, [['one token'], ['one token', 'another one']]);
});

test('every way to verify, name and answer counts', () => {
  const text = `endpoints:
  - name: e
    source: generic
    verify:
      basic: [{username: a, password: b}]
      header: {name: X-Secret, secret: ["a secret", "another one"]}
      query: {name: Token, secret: "a secret"}
      path: [sixteen-letters-, "~and.another_one"]
      hmac: {header: X-Sig, secret: "key as text", algorithm: sha1, encoding: base64}
    naming:
      dedupKey: {header: X-Id}
      correlationId: [{pointer: /a~1b/0}, {pointer: ""}, {query: Id}]
    answer: {status: 202, contentType: text/xml, body: <Response/>}
subscribers: []`;
  const [endpoint] = configurationOf(text).endpoints;
  assert.deepEqual(endpoint, {
    name: 'e',
    source: 'generic',
    path: '/e',
    account: undefined,
    service: undefined,
    verify: {
      credentials: [],
      allow: [],
      basic: [{ username: 'a', password: 'b' }],
      header: { name: 'x-secret', secrets: ['a secret', 'another one'] },
      query: { name: 'Token', secrets: ['a secret'] },
      path: ['sixteen-letters-', '~and.another_one'],
      hmac: {
        header: 'x-sig',
        keys: [Buffer.from('key as text')],
        algorithm: 'sha1',
        encoding: 'base64',
        prefix: '',
        separator: '',
        signed: ['body'],
      },
    },
    naming: {
      dedupKey: [{ header: 'x-id' }],
      correlationId: [{ pointer: '/a~1b/0' }, { pointer: '' }, { query: 'Id' }],
    },
    answer: { status: 202, contentType: 'text/xml', body: '<Response/>' },
    dedupMs: 86_400_000,
  });
});

test('a template stands for every combination of its lists', () => {
  const template = `endpoints:
  - name: t-{account}-{service}
    source: thingspace
    account: ["0000123456-00001", b]
    service: [X, Y]
    path: /t/{account}/{service}
  - {name: "u-{service}", source: thingspace, service: Z}
subscribers:
  - {name: s, url: "http://host/", receives: ["t-*-Y", "u-?"]}
`;
  const { endpoints, subscribers } = configurationOf(template);
  assert.deepEqual(
    endpoints.map(({ name, path, account, service }) => [name, path, account, service]),
    [
      ['t-0000123456-00001-X', '/t/0000123456-00001/X', '0000123456-00001', 'X'],
      ['t-0000123456-00001-Y', '/t/0000123456-00001/Y', '0000123456-00001', 'Y'],
      ['t-b-X', '/t/b/X', 'b', 'X'],
      ['t-b-Y', '/t/b/Y', 'b', 'Y'],
      ['u-Z', '/u-Z', undefined, 'Z'],
    ],
  );
  assert.deepEqual(subscribers[0]?.endpoints, ['t-0000123456-00001-Y', 't-b-Y', 'u-Z']);
});

test('an endpoint that several entries of receives mean is received once', () => {
  const { subscribers } = configurationOf(subscriberFile('url: http://host/\nreceives: [e, "*", {endpoint: "e*"}]'));
  assert.deepEqual(subscribers[0]?.endpoints, ['e']);
});

test('the dots and brackets of a glob are not a pattern', () => {
  const file = (glob: string) =>
    `endpoints: [{name: a.b, source: thingspace}, {name: axb, source: thingspace}]\nsubscribers: [{name: s, url: "http://h/", receives: ["${glob}"]}]`;
  assert.deepEqual(configurationOf(file('a.*')).subscribers[0]?.endpoints, ['a.b']);
  assert.deepEqual(configurationOf(file('a?b')).subscribers[0]?.endpoints, ['a.b', 'axb']);
});

test('a secret in a file is read without its last line break', () => {
  const read: string[] = [];
  const readSecret = (path: string) => {
    read.push(path);
    return 'a secret of thirty bytes, and\n\r\n';
  };
  const keys =
    'url: http://host/\nreceives: [e]\nsign: {secret: file:/run/secrets/key}\nheaders: {authorization: file:token}';
  const [subscriber] = configurationOf(subscriberFile(keys.replace(/\nheaders.*/, '')), { readSecret }).subscribers;
  assert.deepEqual(subscriber?.signing, signedWith('a secret of thirty bytes, and\n'));
  const [again] = configurationOf(subscriberFile(keys), {
    readSecret: (path) => `${path} is long enough to be a key\r\n`,
  }).subscribers;
  assert.deepEqual(
    [again?.signing, again?.headers],
    [signedWith('/run/secrets/key is long enough to be a key'), { authorization: 'token is long enough to be a key' }],
  );
  assert.deepEqual([...new Set(read)], ['/run/secrets/key']);
  const verified = endpointFile('name: e\nverify: {credentials: [{username: u, password: file:p}]}');
  assert.deepEqual(configurationOf(verified, { readSecret: () => 'from the file' }).endpoints[0]?.verify.credentials, [
    { username: 'u', password: 'from the file' },
  ]);
  assert.deepEqual(
    configurationOf('redis: file:r\nendpoints: []\nsubscribers: []', { readSecret: () => 'redis://h\n' }).redis,
    plainRedis('redis://h'),
  );
});

test('keys of a signature are bytes, however they are written', () => {
  const keysOf = (written: string) => {
    const hmac = `header: a, algorithm: sha512, encoding: hex, ${written}`;
    const text = endpointFile(`name: e\nverify: {hmac: {${hmac}}}`);
    return configurationOf(text, { readSecret: () => 'from a file\n' }).endpoints[0]?.verify.hmac?.keys.map(String);
  };
  assert.deepEqual(keysOf('secret: whsec_YWxsIGJ1dCB0aGUgbWFyaw==, key: base64'), ['all but the mark']);
  assert.deepEqual(keysOf('secret: [YWxsIGJ1dCB0aGUgbWFyaw==, YW4gb2xkZXIgb25l], key: base64'), [
    'all but the mark',
    'an older one',
  ]);
  assert.deepEqual(keysOf('secret: "6C6F77657220616E642075707065722063617365", key: hex'), ['lower and upper case']);
  assert.deepEqual(keysOf('secret: whsec_YWxsIGJ1dCB0aGUgbWFyaw=='), ['whsec_YWxsIGJ1dCB0aGUgbWFyaw==']);
  assert.deepEqual(keysOf('secret: file:key'), ['from a file']);
});

test('what a vendor signs beside the body counts', () => {
  const text = `ingest: {publicUrl: "https://h"}
endpoints:
  - name: e
    source: generic
    verify:
      hmac:
        header: Stripe-Signature
        secret: "eight bytes"
        algorithm: sha256
        encoding: hex
        prefix: "v1="
        separator: ","
        signed: "{timestamp}.{header:X-Id}.{url}"
        timestamp: {header: Stripe-Signature, prefix: "t=", separator: ",", tolerance: 30s}
        bodyHashQuery: bodySHA256
subscribers: []`;
  assert.deepEqual(configurationOf(text).endpoints[0]?.verify.hmac, {
    header: 'stripe-signature',
    keys: [Buffer.from('eight bytes')],
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'v1=',
    separator: ',',
    signed: ['timestamp', { text: '.' }, { header: 'x-id' }, { text: '.' }, 'url'],
    timestamp: { header: 'stripe-signature', prefix: 't=', separator: ',', toleranceMs: 30_000 },
    bodyHashQuery: 'bodySHA256',
  });
});

test('the hash of Voximplant is made of salts, keys and the account', () => {
  const verify = 'verify: {salt: [new, old], accountId: "1000001", apiKey: file:key}';
  const text = endpointFile(`name: v\nbatch: whole\n${verify}`).replace('thingspace', 'voximplant');
  const [endpoint] = configurationOf(text, { readSecret: () => 'key\n' }).endpoints;
  assert.deepEqual(endpoint?.verify.callbackHash, { salts: ['new', 'old'], accountId: '1000001', apiKeys: ['key'] });
  assert.equal(endpoint?.batch, 'whole');
});

const usualDedup = {
  'source: thingspace': '1h',
  'source: thingspace-soap': '1h',
  'source: voximplant': '24h',
  'source: ixc-acs': '10m',
  'source: generic': '10m',
  'source: generic, naming: {dedupKey: {header: id}}': '24h',
};

for (const [keys, duration] of Object.entries(usualDedup)) {
  test(`what a resend is found in is ${duration} for ${keys}`, () => {
    const { endpoints } = configurationOf(`endpoints: [{name: e, ${keys}}]\nsubscribers: []`);
    assert.equal(endpoints[0]?.dedupMs, parseDuration(duration));
  });
}

const answers = {
  'source: thingspace-soap, answer: envelope': undefined,
  'source: thingspace-soap, answer: empty': { status: 200, body: '' },
  'source: generic, answer: empty': { status: 200, body: '' },
  'source: generic, answer: {body: ok}': { status: 200, body: 'ok' },
};

for (const [keys, answer] of Object.entries(answers)) {
  test(`${keys}: the answer is ${JSON.stringify(answer) ?? 'the source’s'}`, () => {
    const { endpoints } = configurationOf(`endpoints: [{name: e, ${keys}}]\nsubscribers: []`);
    assert.deepEqual(endpoints[0]?.answer, answer);
  });
}

test('anchors and aliases may repeat a value', () => {
  const text = subscriberFile('url: http://host/\nreceives: [e]\nheaders: {a: &x "1", b: *x}');
  assert.deepEqual(configurationOf(text).subscribers[0]?.headers, { a: '1', b: '1' });
});

test('a byte order mark and Windows line breaks change nothing', () => {
  const text = subscriberFile('url: http://host/\nreceives: [e]');
  assert.deepEqual(configurationOf(`\uFEFF${text.replaceAll('\n', '\r\n')}`), configurationOf(text));
});

test('the demo delivers to two subscribers, one of which needs three attempts within a few seconds', () => {
  const demo = readFileSync(new URL('../../../relay.yaml', import.meta.url), 'utf8');
  const { redis, endpoints, subscribers } = configurationOf(demo);
  assert.deepEqual(redis, plainRedis('redis://127.0.0.1:6379'));
  assert.deepEqual(
    endpoints.map(({ name, path, verify }) => [name, path, verify.credentials[0]?.username]),
    [['thingspace-carrier', '/thingspace/carrier', 'relay']],
  );
  assert.deepEqual(
    subscribers.map(({ name, url }) => [name, url]),
    [
      ['demo-steady', 'http://127.0.0.1:9470/steady'],
      ['demo-flaky', 'http://127.0.0.1:9470/flaky?fail=2'],
    ],
  );
  assert.deepEqual(subscribers[1]?.retry.scheduleMs.slice(0, 2), [1000, 2000]);
  for (const { endpoints: received, signing } of subscribers)
    assert.deepEqual([received, signing?.kind], [['thingspace-carrier'], 'standard-webhooks']);
  const environment = {
    REDIS_URL: 'redis://redis:6379',
    DEMO_HOST: 'demo',
    RELAY_OPERATIONS_HOST: '0.0.0.0',
    THINGSPACE_PASSWORD: '12345',
  };
  const composed = configurationOf(demo, { environment });
  assert.deepEqual(composed.redis, plainRedis('redis://redis:6379'));
  assert.equal(composed.subscribers[0]?.url, 'http://demo:9470/steady');
  assert.equal(composed.endpoints[0]?.verify.credentials[0]?.password, '12345');
  assert.deepEqual([composed.ingest.operations.host, composed.worker.operations.host], ['0.0.0.0', '0.0.0.0']);
});

function signedWith(...secrets: string[]): Signing {
  return { kind: 'standard-webhooks', secrets: secrets.map((secret) => Buffer.from(secret)), privateKeys: [] };
}
