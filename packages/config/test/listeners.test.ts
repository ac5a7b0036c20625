import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { serves } from '../src/index.ts';
import { configurationOf, pem, pemPath } from './reading.ts';

const readSecret = (path: string) => readFileSync(path, 'utf8');

const endpoints = `
endpoints:
  - {name: "t-{service}", source: thingspace, service: [Carrier, Nidd], path: "/t/{service}"}
  - {name: v, source: voximplant}
subscribers: []`;

test('a listener serves the endpoints that names and globs mean, or all', () => {
  const { ingest } = configurationOf(
    `ingest: {listeners: [{endpoints: [v, "t-*"]}, {port: 1, endpoints: [t-Nidd, t-Nidd]}, {port: 2}]}${endpoints}`,
  );
  assert.deepEqual(ingest.listeners, [
    { host: '0.0.0.0', port: 8080, endpoints: ['t-Carrier', 't-Nidd', 'v'] },
    { host: '0.0.0.0', port: 1, endpoints: ['t-Nidd'] },
    { host: '0.0.0.0', port: 2 },
  ]);
});

test('a listener knows its own public URL, else that of ingest', () => {
  const { ingest } = configurationOf(
    `ingest: {publicUrl: "https://h/", listeners: [{}, {port: 1, publicUrl: "https://h:1/in/"}]}${endpoints}`,
  );
  const urls = ingest.listeners.map(({ publicUrl }) => publicUrl);
  assert.deepEqual(urls, ['https://h', 'https://h:1/in']);
});

test('callbacks for an endpoint are taken where it is named, and where none is', () => {
  assert.ok(serves({}, 'v'));
  assert.ok(serves({ endpoints: ['t', 'v'] }, 'v'));
  for (const endpoints of [['t'], ['v-2', ''], []]) assert.ok(!serves({ endpoints }, 'v'));
});

test("an endpoint's URL is that of the first listener that serves it and has one, else that of ingest", () => {
  const urls = (ingest: string) => configurationOf(`ingest: {${ingest}}${endpoints}`).endpoints.map(({ url }) => url);
  assert.deepEqual(urls(''), [undefined, undefined, undefined]);
  assert.deepEqual(urls('publicUrl: "https://h/"'), ['https://h/t/Carrier', 'https://h/t/Nidd', 'https://h/v']);
  const listeners = [
    '{endpoints: [t-Nidd]}',
    '{port: 1, endpoints: ["t-*"], publicUrl: "https://h:9001/"}',
    '{port: 2, endpoints: [t-Nidd, v], publicUrl: "http://h:9002/in"}',
  ].join(', ');
  assert.deepEqual(urls(`publicUrl: "https://h", listeners: [${listeners}]`), [
    'https://h:9001/t/Carrier',
    'https://h:9001/t/Nidd',
    'http://h:9002/in/v',
  ]);
  const second = '{endpoints: [v]}, {port: 1, endpoints: ["t-*"], publicUrl: "https://h"}';
  assert.deepEqual(urls(`listeners: [${second}]`), ['https://h/t/Carrier', 'https://h/t/Nidd', undefined]);
});

test('certificate and key are what their files hold', () => {
  const tls = `{cert: "${pemPath('certificate')}", key: "file:${pemPath('key')}"}`;
  const { ingest } = configurationOf(`ingest: {listeners: [{tls: ${tls}}]}${endpoints}`, { readSecret });
  assert.deepEqual(ingest.listeners[0]?.tls, { cert: pem('certificate'), key: pem('key') });
});

test('a certificate that has expired does not keep the relay from starting', () => {
  const tls = `{cert: "${pemPath('expired')}", key: "${pemPath('key')}"}`;
  assert.ok(configurationOf(`ingest: {listeners: [{tls: ${tls}}]}${endpoints}`, { readSecret }));
});
