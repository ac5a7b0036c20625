import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Subscriber } from '@relay/core';
import { configurationOf, pem, readPem, right, subscriberFile } from './reading.ts';

const seed = Buffer.alloc(32, 7);
/** As RFC 8410 has it. */
const seedInPkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
const { privateKey } = generateKeyPairSync('ed25519');
const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const token = 'tokenUrl: "https://h/t", clientId: c, clientSecret: file:secret';
const hmac = 'header: X-Sig, algorithm: sha256, encoding: hex';
const usualHmac = {
  kind: 'hmac',
  header: 'x-sig',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  keys: [Buffer.from('eight-by')],
  separator: '',
  signed: ['body'],
} as const;

const written: Record<string, Partial<Subscriber>> = {
  'method: PATCH': { method: 'PATCH' },
  'resume: true': { resume: true },
  'timeout: 3s': { timeoutMs: 3_000, connectTimeoutMs: 3_000 },
  'timeout: 30s': { timeoutMs: 30_000, connectTimeoutMs: 5_000 },
  'timeout: {total: 10s}': { timeoutMs: 10_000, connectTimeoutMs: 5_000 },
  'timeout: {connect: 1s}': { timeoutMs: 15_000, connectTimeoutMs: 1_000 },
  'timeout: {connect: 20s, total: 20s}': { timeoutMs: 20_000, connectTimeoutMs: 20_000 },
  'ordered: true': { order: 'endpoint' },
  'ordered: {by: device}\nconcurrency: 4': { order: 'device', concurrency: 4 },
  'rate: 50/s': { rate: { count: 50, perMs: 1_000 } },
  'rate: 600/m': { rate: { count: 600, perMs: 60_000 } },
  'rate: 1/h': { rate: { count: 1, perMs: 3_600_000 } },
  'breaker: {failures: 3}': { breaker: { failures: 3, probeMs: [5_000, 15_000, 30_000, 60_000, 300_000] } },
  'breaker: {probes: [1s, 1m]}': { breaker: { failures: 10, probeMs: [1_000, 60_000] } },
  'network: {allowPrivate: false}': { network: { allowPrivate: false, deny: [], allow: [] } },
  'network: {deny: [10.0.0.1], allow: ["fd00::/8"]}': {
    network: { allowPrivate: true, deny: ['10.0.0.1'], allow: ['fd00::/8'] },
  },
  'proxy: http://u:p@proxy:3128': { proxy: 'http://u:p@proxy:3128' },
  'proxy: file:proxy': { proxy: 'https://proxy' },
  'auth: {basic: {username: u, password: "p:q"}}': { auth: { kind: 'basic', username: 'u', password: 'p:q' } },
  'auth: {bearer: file:secret}': { auth: { kind: 'bearer', token: 'from a file' } },
  [`auth: {oauth2: {${token}}}`]: {
    auth: {
      kind: 'oauth2',
      tokenUrl: 'https://h/t',
      clientId: 'c',
      clientSecret: 'from a file',
      credentialsIn: 'header',
    },
  },
  [`auth: {oauth2: {${token}, scope: a b, audience: d, credentialsIn: body}}`]: {
    auth: {
      kind: 'oauth2',
      tokenUrl: 'https://h/t',
      clientId: 'c',
      clientSecret: 'from a file',
      scope: 'a b',
      audience: 'd',
      credentialsIn: 'body',
    },
  },
  'url: https://h/\ntls: {ca: certificate}': { tls: { ca: pem('certificate') } },
  'url: https://h/\ntls: {cert: file:certificate, key: key}': { tls: { cert: pem('certificate'), key: pem('key') } },
  [`sign: {secret: ${secret}, privateKey: [file:ed25519, whsk_${seed.toString('base64')}]}`]: {
    signing: {
      kind: 'standard-webhooks',
      secrets: [Buffer.alloc(24, 1)],
      privateKeys: [privateKey.export({ format: 'der', type: 'pkcs8' }), seedInPkcs8],
    },
  },
  [`sign: {${hmac}, secret: eight-by}`]: { signing: usualHmac },
  [`sign: {${hmac}, key: base64, secret: [whsec_ZWlnaHQtYnk=, ZWlnaHQtYnk=], separator: " "}`]: {
    signing: { ...usualHmac, keys: [Buffer.from('eight-by'), Buffer.from('eight-by')], separator: ' ' },
  },
  [`sign: {${hmac}, secret: eight-by, prefix: "v1=", signed: "{id}.{timestamp}.{body}"}`]: {
    signing: { ...usualHmac, prefix: 'v1=', signed: ['id', { text: '.' }, 'timestamp', { text: '.' }, 'body'] },
  },
  [`sign: {${hmac}, secret: eight-by, signed: "v0:{timestamp}:{body}", timestamp: {header: X-Time}}`]: {
    signing: {
      ...usualHmac,
      signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'body'],
      timestamp: { header: 'x-time', prefix: '', separator: '' },
    },
  },
  'payload: cloudevents\nredact: true': { payload: 'cloudevents', redact: true },
  'payload: cloudevents-binary': { payload: 'cloudevents-binary' },
};

for (const [keys, expected] of Object.entries(written)) {
  test(`${keys.replaceAll('\n', ', ')} counts`, () => {
    const subscriber = subscriberWith(keys);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(Reflect.get(subscriber, key), value);
  });
}

const retries: Record<string, Partial<Subscriber['retry']>> = {
  '{maxAttempts: 20}': { maxAttempts: 20 },
  '{maxAttempts: 1}': { maxAttempts: 1 },
  '{schedule: [1s, 2s], maxAttempts: 3}': { scheduleMs: [1_000, 2_000], maxAttempts: 3 },
  '{jitter: 5%}': { jitter: 0.05 },
  '{jitter: 0}': { jitter: 0 },
  '{jitter: 100%}': { jitter: 1 },
  '{giveUpOn: []}': { giveUpOn: [] },
  '{giveUpOn: [410, "422", 3xx], retryOn: [408, 4xx, 5XX]}': {
    giveUpOn: [
      [410, 410],
      [422, 422],
      [300, 399],
    ],
    retryOn: [
      [408, 408],
      [400, 499],
      [500, 599],
    ],
  },
};

for (const [keys, expected] of Object.entries(retries)) {
  test(`retry: ${keys} counts`, () => {
    const { retry } = subscriberWith(`retry: ${keys}`);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(Reflect.get(retry, key), value);
  });
}

test('what is switched off is not there', () => {
  const subscriber = subscriberWith('breaker: off\nordered: false');
  for (const key of ['breaker', 'order', 'rate', 'signing', 'auth', 'tls', 'proxy'])
    assert.ok(!(key in subscriber), key);
  for (const key of ['maxAttempts', 'retryOn']) assert.ok(!(key in subscriber.retry), key);
});

test('the network at the top of the file counts for those that say nothing of their own', () => {
  const text = `network: {allowPrivate: false, deny: [192.0.2.1]}
endpoints: [{name: e, source: generic}]
subscribers:
  - {name: s, url: "https://h/", receives: [e]}
  - {name: t, url: "https://h/", receives: [e], network: {allow: [10.0.0.1]}}
`;
  assert.deepEqual(
    configurationOf(text).subscribers.map(({ network }) => network),
    [
      { allowPrivate: false, deny: ['192.0.2.1'], allow: [] },
      { allowPrivate: true, deny: [], allow: ['10.0.0.1'] },
    ],
  );
});

test('the same file twice gives the same values, and another secret does not', () => {
  const keys = `sign: {${hmac}, secret: file:secret}\nauth: {bearer: file:secret}\nreceives: [{endpoint: e, where: {type: a}}]`;
  const read = (content: string) =>
    configurationOf(subscriberFile(`url: https://h/\n${keys}`), { readSecret: () => content });
  assert.ok(isDeepStrictEqual(read('one secret'), read('one secret')));
  assert.ok(!isDeepStrictEqual(read('one secret'), read('two secret')));
});

function subscriberWith(keys: string): Subscriber {
  const usual = keys.startsWith('url:') ? 'receives: [e]\n' : right;
  const [subscriber] = configurationOf(subscriberFile(usual + keys), { readSecret }).subscribers;
  assert.ok(subscriber);
  return subscriber;
}

function readSecret(path: string): string {
  if (path === 'ed25519') return String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  if (path === 'proxy') return 'https://proxy\n';
  return path === 'secret' ? 'from a file\n' : readPem(path);
}
