import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@relay/testkit';
import { describeMistakes, loadConfiguration } from '../src/index.ts';
import { hangingFile, skip } from './hanging-file.ts';
import { plainRedis } from './reading.ts';

async function told(path: string): Promise<string> {
  const reading = await loadConfiguration(path, {});
  return 'mistakes' in reading ? describeMistakes(reading.mistakes) : 'no mistakes';
}

function fileWith(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'relay.yaml');
  writeFileSync(path, content);
  return path;
}

test('a missing file, a folder and a file behind a file are each said in one sentence', async () => {
  const folder = temporaryFolder();
  const missing = join(folder, 'relay.yaml');
  assert.equal(await told(missing), `${missing}: cannot be read: there is no such file`);
  assert.equal(await told(folder), `${folder}: cannot be read: it is a directory`);
  assert.equal(await told('relay.yaml\0'), 'relay.yaml\0: cannot be read: its name is not a file name');
});

test('links that go round in a circle are said to', async () => {
  const path = join(temporaryFolder(), 'relay.yaml');
  symlinkSync(path, path);
  assert.equal(await told(path), `${path}: cannot be read: its links go round in a circle`);
});

test('a file that is not text, and one too large to be a configuration, are refused', async () => {
  const bytes = fileWith(new Uint8Array([0x61, 0xff, 0xfe]));
  assert.equal(await told(bytes), `${bytes}: is not UTF-8 text`);
  const large = fileWith('#'.repeat(1024 * 1024 + 1));
  assert.equal(await told(large), `${large}: is larger than 1 MiB, which is no configuration`);
});

test('a byte order mark is no mistake and moves no column', async () => {
  const path = fileWith('\uFEFFendpoints: []\nsubscribers: []\n');
  assert.equal(await told(path), 'no mistakes');
  const wrong = fileWith('\uFEFFendpoints: 1\nsubscribers: []\n');
  assert.equal(await told(wrong), `${wrong}:1:1 endpoints: must be a list, not a number`);
});

test('a relative secret file lies beside the configuration', async () => {
  const path = fileWith('redis: file:secrets/redis\nendpoints: []\nsubscribers: []\n');
  mkdirSync(join(path, '../secrets'));
  writeFileSync(join(path, '../secrets/redis'), 'redis://elsewhere\n');
  const reading = await loadConfiguration(path, {});
  assert.deepEqual('configuration' in reading && reading.configuration.redis, plainRedis('redis://elsewhere'));
});

test('a secret file that is missing, a folder, or empty is named with the reason', async () => {
  const secret = (name: string) => fileWith(`redis: file:${name}\nendpoints: []\nsubscribers: []\n`);
  assert.match(
    await told(secret('/nowhere/x')),
    /:1:1 redis: cannot read the file \/nowhere\/x: there is no such file$/,
  );
  assert.match(await told(secret('.')), /:1:1 redis: cannot read the file \.: it is a directory$/);
  const empty = secret('empty');
  writeFileSync(join(empty, '../empty'), '\n');
  assert.match(await told(empty), /:1:1 redis: must not be empty$/);
});

// One that was a pipe, or without an end, used to stop the whole service for good, at a reload too.
test('a secret file that is no regular file, or too large, is a mistake with line and column', async () => {
  const keys = [
    'ingest: {listeners: [{tls: {cert: pipe, key: file:pipe}}]}',
    'endpoints: [{name: e, source: generic, verify: {bearer: file:/dev/zero}}]',
    'subscribers:',
    '  - {name: s, url: "http://h/", receives: [e], proxy: file:pipe, sign: {secret: file:large}}',
  ];
  const path = fileWith(keys.join('\n'));
  execFileSync('mkfifo', [join(path, '../pipe')]);
  writeFileSync(join(path, '../large'), 'k'.repeat(1024 * 1024 + 1));
  const noFile = 'it is a pipe, a socket or a device: write what it gives into a regular file';
  assert.deepEqual((await told(path)).replaceAll(path, 'relay.yaml').split('\n'), [
    `relay.yaml:1:29 ingest.listeners[0].tls.cert: cannot read the file pipe: ${noFile}`,
    `relay.yaml:1:41 ingest.listeners[0].tls.key: cannot read the file pipe: ${noFile}`,
    `relay.yaml:2:49 endpoints[0].verify.bearer: cannot read the file /dev/zero: ${noFile}`,
    `relay.yaml:4:48 subscribers[0].proxy: cannot read the file pipe: ${noFile}`,
    'relay.yaml:4:73 subscribers[0].sign.secret: cannot read the file large: it is larger than 1 MiB: name a file that holds nothing else',
  ]);
});

test('a configuration without an end is read no further than it may be', async () => {
  assert.equal(await told('/dev/zero'), '/dev/zero: is larger than 1 MiB, which is no configuration');
});

test('a secret file that does not answer is a mistake after a while, and so are its neighbours at once', {
  skip,
}, async (context) => {
  const path = fileWith(
    'redis: {url: file:mount/a}\nendpoints: [{name: e, source: generic, verify: {bearer: file:mount/b}}]\nsubscribers: []\n',
  );
  mkdirSync(join(path, '../mount'));
  writeFileSync(join(path, '../mount/b'), 'there');
  const holder = await hangingFile(join(path, '../mount/a'), 'redis://elsewhere');
  context.after(holder.kill);
  const silence = 'nothing came within 5 s: see whether the disk or mount it lies on works';
  assert.deepEqual((await told(path)).replaceAll(path, 'relay.yaml').split('\n'), [
    `relay.yaml:1:9 redis.url: cannot read the file mount/a: ${silence}`,
    `relay.yaml:2:49 endpoints[0].verify.bearer: cannot read the file mount/b: ${silence}`,
  ]);
});

test('a file that may not be read is said to need permission', {
  skip: process.getuid?.() === 0 ? 'root may read everything' : false,
}, async () => {
  const path = fileWith('endpoints: []\nsubscribers: []\n');
  chmodSync(path, 0o000);
  assert.equal(await told(path), `${path}: cannot be read: no permission`);
});
