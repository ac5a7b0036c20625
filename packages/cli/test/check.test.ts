import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { folderWith, relay } from './relay.ts';

const subscribers = `
subscribers:
  - {name: billing, url: http://127.0.0.1:9000/hook, receives: [carrier]}`;
const endpoints = `
endpoints:
  - {name: carrier, source: thingspace, path: /thingspace/carrier, verify: {credentials: [{username: relay, password: eight-letters}]}}
  - {name: usage, source: thingspace}`;

test('a good configuration is told: URLs to register, and who receives what', async () => {
  const folder = folderWith(`ingest: {publicUrl: "https://hooks.example.com"}${endpoints}${subscribers}`);
  const { code, stdout } = await relay(folder, ['check']);
  assert.equal(code, 0);
  assert.match(stdout, /carrier +thingspace +https:\/\/hooks\.example\.com\/thingspace\/carrier/);
  assert.match(stdout, /billing +http:\/\/127\.0\.0\.1:9000\/hook +carrier/);
});

test('what looks odd is a warning', async () => {
  const refused = '  - {name: refused, url: "https://169.254.169.254/", receives: [carrier]}';
  const text = `ingest: {publicUrl: "http://hooks.example.com:8080"}${endpoints}${subscribers}\n${refused}`;
  const { code, stdout } = await relay(folderWith(text), ['check', '--json']);
  assert.equal(code, 0);
  const { warnings } = JSON.parse(stdout);
  assert.equal(warnings.length, 5);
  for (const [number, text] of [
    /not encrypted/,
    /port 8080/,
    /Nobody receives usage/,
    /Anybody may post to usage/,
    /network refuses 169\.254\.169\.254/,
  ].entries()) {
    assert.match(warnings[number], text);
  }
});

test("the demo's password and secret, which everybody can read, are warned of", async () => {
  const demo = readFileSync(new URL('../../../relay.yaml', import.meta.url), 'utf8');
  const warnings = async (environment: Record<string, string>) =>
    JSON.parse((await relay(folderWith(demo), ['check', '--json'], environment)).stdout).warnings.filter(
      (warning: string) => /published/.test(warning),
    );
  assert.deepEqual(await warnings({}), [
    "Anybody may post to thingspace-carrier: it takes the demo's password, which is published.",
    "Anybody may sign for demo-steady: it has the demo's secret, which is published.",
    "Anybody may sign for demo-flaky: it has the demo's secret, which is published.",
  ]);
  const own = { THINGSPACE_PASSWORD: 'registered', DEMO_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` };
  assert.deepEqual(await warnings(own), []);
});

test('every port that ThingSpace registers passes', async () => {
  for (const port of [443, 9001, 9006, 50551, 28220]) {
    const folder = folderWith(`ingest: {publicUrl: "https://hooks.example.com:${port}"}${endpoints}${subscribers}`);
    const { stdout } = await relay(folder, ['check']);
    assert.doesNotMatch(stdout, /registers no URL/, String(port));
  }
});

test('the public keys that subscribers verify with are told, and no private one', async () => {
  const half = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex').toString(
    'base64',
  );
  const publicKey = 'whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=';
  const folder = folderWith(`${endpoints}
subscribers:
  - {name: billing, url: "http://127.0.0.1:9000/", receives: [carrier], sign: {privateKey: whsk_${half}}}
  - {name: audit, url: "http://127.0.0.1:9000/", receives: ["*"]}`);
  const [{ stdout: text }, { stdout: json }] = [
    await relay(folder, ['check']),
    await relay(folder, ['check', '--json']),
  ];
  assert.match(text, /^billing verifies signatures with whpk_PUAXw\+hDiVqStwqnTRt\+vJyYLM8uxJaMwM1V8Sr0Zgw=$/m);
  assert.doesNotMatch(text, /^audit verifies/m);
  const [billing, audit] = JSON.parse(json).subscribers;
  assert.deepEqual(billing.publicKeys, [publicKey]);
  assert.equal('publicKeys' in audit, false);
  for (const told of [text, json]) assert.equal(told.includes(half), false);
});

test('a subscriber that wants only some messages of an endpoint is told from one that wants all', async () => {
  const folder = folderWith(`${endpoints}
subscribers:
  - {name: billing, url: "http://127.0.0.1:9000/", receives: [usage, {endpoint: carrier, where: {status: Failed}}]}`);
  const { stdout } = await relay(folder, ['check']);
  assert.match(stdout, /billing +http:\/\/127\.0\.0\.1:9000\/ +carrier \(some\), usage$/m);
  const { subscribers: told } = JSON.parse((await relay(folder, ['check', '--json'])).stdout);
  assert.deepEqual(told[0].filters, ['carrier']);
});

test('the URL to register has a place for a secret, and not the secret', async () => {
  const secret = 'hunter2-hunter2-hunter2';
  const folder = folderWith(`ingest:
  listeners:
    - {port: 9001, publicUrl: "https://hooks.example.com:9001", endpoints: [acs]}
    - {port: 9002, host: 127.0.0.1, endpoints: [other]}
endpoints:
  - {name: acs, source: ixc-acs, path: /acs, verify: {path: ${secret}}}
  - {name: other, source: generic, verify: {query: {name: "a key", secret: ${secret}}, path: ${secret}}}
subscribers: [{name: s, url: "http://h/", receives: ["*"]}]`);
  const { stdout } = await relay(folder, ['check']);
  assert.match(stdout, /acs +ixc-acs +https:\/\/hooks\.example\.com:9001\/acs\/<secret>\s/);
  assert.match(stdout, /other +generic +http:\/\/127\.0\.0\.1:9002\/other\/<secret>\?a%20key=<secret>\s/);
  assert.match(stdout, /<secret> stands for what verify\.path or verify\.query says/);
  assert.doesNotMatch(stdout, /hunter2/);
});

test('every mistake is told with its line, and the exit code is 2', async () => {
  const folder = folderWith('retention: soon\nendpoints: []\nsubscribers: []\ncolour: red\n');
  const { code, stdout, stderr } = await relay(folder, ['check']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^relay\.yaml:1:1?\d* retention: /m);
  assert.match(stderr, /^relay\.yaml:4:\d+ .*colour/m);
});

test('a file that is not there is named, and the exit code is 2', async () => {
  const { code, stderr } = await relay(folderWith(''), ['check', 'other.yaml']);
  assert.equal(code, 2);
  assert.match(stderr, /^other\.yaml: /);
});

test('wrong use is exit code 2', async () => {
  for (const args of [
    [],
    ['chek'],
    ['send'],
    ['send', 'x', '--endpoint', 'y', '--count', '0'],
    ['demo', '--port', 'x'],
  ]) {
    assert.equal((await relay(folderWith(''), args)).code, 2, args.join(' '));
  }
});
