import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually, temporaryFolder } from '@relay/testkit';
import {
  type Configuration,
  describeMistakes,
  loadConfiguration,
  type WatchOptions,
  watchConfiguration,
} from '../src/index.ts';
import { hangingFile, skip } from './hanging-file.ts';
import { pem } from './reading.ts';

const yaml = (retention: string) => `retention: ${retention}\nendpoints: []\nsubscribers: []\n`;
const dayMs = 86_400_000;

/** Watches a path and notes what is told: a retention in ms, or mistakes. */
function watching(context: TestContext, path: string, more: Partial<WatchOptions> = {}) {
  const told: (number | string)[] = [];
  const watch = watchConfiguration({
    path,
    environment: {},
    onChange: ({ retentionMs }) => void told.push(retentionMs),
    onMistakes: (mistakes) => void told.push(describeMistakes(mistakes).replaceAll(path, 'relay.yaml')),
    ...more,
  });
  context.after(() => watch.close());
  return { watch, told };
}

function fileWith(content: string): string {
  const path = join(temporaryFolder(), 'relay.yaml');
  writeFileSync(path, content);
  return path;
}

function replaceBy(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

async function loaded(path: string): Promise<Configuration> {
  const reading = await loadConfiguration(path, {});
  assert.ok('configuration' in reading);
  return reading.configuration;
}

test('a change takes effect, however the file is written', async (context) => {
  const path = fileWith(yaml('1d'));
  const { watch, told } = watching(context, path);
  await watch.reload();
  writeFileSync(path, yaml('2d'));
  await eventually('written over', () => told.length === 1);
  replaceBy(path, yaml('3d'));
  await eventually('renamed over', () => told.length === 2);
  replaceBy(path, yaml('4d'));
  await eventually('renamed over again', () => told.length === 3);
  assert.deepEqual(told, [2 * dayMs, 3 * dayMs, 4 * dayMs]);
});

test('a swapped link takes effect, as mounted folders do it', async (context) => {
  const folder = temporaryFolder();
  for (const [name, retention] of [
    ['one', '1d'],
    ['two', '2d'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'relay.yaml'), yaml(retention));
  }
  symlinkSync('one', join(folder, 'data'));
  symlinkSync('data/relay.yaml', join(folder, 'relay.yaml'));
  const { watch, told } = watching(context, join(folder, 'relay.yaml'));
  await watch.reload();
  symlinkSync('two', join(folder, 'data.new'));
  renameSync(join(folder, 'data.new'), join(folder, 'data'));
  await eventually('the other folder is read', () => told.length === 1);
  assert.deepEqual(told, [2 * dayMs]);
});

test('what a link leads to is watched where it lies', async (context) => {
  const target = fileWith(yaml('1d'));
  const path = join(temporaryFolder(), 'relay.yaml');
  symlinkSync(target, path);
  const { watch, told } = watching(context, path);
  await watch.reload();
  replaceBy(target, yaml('2d'));
  await eventually('the target is read', () => told.length === 1);
  assert.deepEqual(told, [2 * dayMs]);
});

test('mistakes leave what is in force, and mending them is told even if nothing else changed', async (context) => {
  const path = fileWith(yaml('1d'));
  const { watch, told } = watching(context, path);
  await watch.reload();
  replaceBy(path, yaml('soon'));
  await eventually('mistakes', () => told.length === 1);
  rmSync(path);
  await eventually('no file', () => told.length === 2);
  replaceBy(path, yaml('1d'));
  await eventually('mended', () => told.length === 3);
  assert.deepEqual(told, [
    'relay.yaml:1:1 retention: must be a duration such as 500ms, 15s, 10m, 24h or 7d',
    'relay.yaml: cannot be read: there is no such file',
    dayMs,
  ]);
});

test('a change that changes nothing is not told', async (context) => {
  const path = fileWith(yaml('1d'));
  const { watch, told } = watching(context, path);
  await watch.reload();
  writeFileSync(path, `# a comment\n${yaml('24h')}`);
  writeFileSync(join(path, '../something-else'), '');
  await watch.reload();
  replaceBy(path, yaml('2d'));
  await eventually('a real change', () => told.length > 0);
  assert.deepEqual(told, [2 * dayMs]);
});

test('reload tells of mistakes that are still there', async (context) => {
  const path = fileWith(yaml('soon'));
  const { watch, told } = watching(context, path);
  await watch.reload();
  await watch.reload();
  assert.equal(told.length, 2);
});

test('a changed secret file takes effect, though the configuration is the same text', async (context) => {
  const path = fileWith('redis: file:secrets/redis\nendpoints: []\nsubscribers: []\n');
  mkdirSync(join(path, '../secrets'));
  const secret = join(path, '../secrets/redis');
  writeFileSync(secret, 'redis://one');
  const urls: string[] = [];
  const { watch } = watching(context, path, {
    onChange: ({ redis }) => void urls.push('url' in redis ? redis.url : 'none'),
  });
  await watch.reload();
  replaceBy(secret, 'redis://two');
  await eventually('the new secret', () => urls.length === 1);
  assert.deepEqual(urls, ['redis://two']);
});

// The process used to stand still while a secret was read, and a mount that hung stopped it for good.
test('while a secret does not answer, all else goes on: a file without it takes effect, and so does the secret when it comes', {
  skip,
}, async (context) => {
  const file = (name: string) => `redis: file:${name}\nendpoints: []\nsubscribers: []\n`;
  const path = fileWith(file('ready'));
  writeFileSync(join(path, '../ready'), 'redis://one');
  mkdirSync(join(path, '../mount'));
  const holder = await hangingFile(join(path, '../mount/secret'), 'redis://late');
  context.after(holder.kill);
  const urls: string[] = [];
  const { watch, told } = watching(context, path, {
    onChange: ({ redis }) => void urls.push('url' in redis ? redis.url : 'none'),
  });
  await watch.reload();

  replaceBy(path, file('mount/secret'));
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 100);
  context.after(() => clearInterval(turning));
  await eventually('a mistake', () => told.length === 1);
  assert.match(String(told[0]), /^relay\.yaml:1:1 redis: cannot read the file mount\/secret: nothing came within 5 s/);
  assert.ok(turns > 20, `${turns} turns`);
  await watch.reload();
  assert.equal(told.length, 2, 'who asks is told again');

  replaceBy(path, file('ready'));
  await eventually('the good file', () => urls.length === 1);
  replaceBy(path, file('mount/secret'));
  await eventually('the mistake again', () => told.length === 3);
  await holder.kill();
  await eventually('the secret', () => urls.length === 2);
  assert.deepEqual(urls, ['redis://one', 'redis://late']);
});

test('a new certificate takes effect once its key is there too', async (context) => {
  const tls = '{cert: tls/crt.pem, key: tls/key.pem}';
  const path = fileWith(`ingest: {listeners: [{tls: ${tls}}]}\nendpoints: []\nsubscribers: []\n`);
  mkdirSync(join(path, '../tls'));
  const [cert, key] = [join(path, '../tls/crt.pem'), join(path, '../tls/key.pem')];
  writeFileSync(cert, pem('expired'));
  writeFileSync(key, pem('key'));
  const current = await loaded(path);
  const certificates: (string | undefined)[] = [];
  const { watch, told } = watching(context, path, {
    current,
    onChange: ({ ingest }) => void certificates.push(ingest.listeners[0]?.tls?.cert),
  });
  replaceBy(key, pem('other-key'));
  await watch.reload();
  assert.match(String(told[0]), /ingest\.listeners\[0\]\.tls\.key: does not belong to the certificate/);
  replaceBy(key, pem('key'));
  replaceBy(cert, pem('certificate'));
  await eventually('the new certificate', () => certificates.includes(pem('certificate')));
});

test('a change between loading and watching is not missed', async (context) => {
  const path = fileWith(yaml('1d'));
  const current = await loaded(path);
  writeFileSync(path, yaml('2d'));
  const { told } = watching(context, path, { current });
  await eventually('the change', () => told.length === 1);
  assert.deepEqual(told, [2 * dayMs]);
});

test('what is in force already is not told again', async (context) => {
  const path = fileWith(yaml('1d'));
  const { watch, told } = watching(context, path, { current: await loaded(path) });
  await watch.reload();
  assert.deepEqual(told, []);
});

test('two changes are never put into force at once', async (context) => {
  const path = fileWith(yaml('1d'));
  const running: number[] = [];
  const finished: number[] = [];
  let release = () => {};
  const { watch } = watching(context, path, {
    onChange: async ({ retentionMs }) => {
      running.push(retentionMs);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      finished.push(retentionMs);
    },
  });
  await watch.reload();
  writeFileSync(path, yaml('2d'));
  const first = watch.reload();
  await eventually('the first begins', () => running.length === 1);
  writeFileSync(path, yaml('3d'));
  const second = watch.reload();
  release();
  await first;
  assert.deepEqual(finished, [2 * dayMs]);
  await eventually('the second begins', () => running.length === 2);
  release();
  await second;
  assert.deepEqual(finished, [2 * dayMs, 3 * dayMs]);
});

test('a change that could not be put into force is told as a mistake and tried again', async (context) => {
  const path = fileWith(yaml('1d'));
  const tries: number[] = [];
  const { watch, told } = watching(context, path, {
    onChange: ({ retentionMs }) => {
      tries.push(retentionMs);
      if (tries.length === 1) throw new Error('the port is in use');
    },
  });
  await watch.reload();
  writeFileSync(path, yaml('2d'));
  await eventually('refused', () => told.length === 1);
  await watch.reload();
  assert.deepEqual(tries, [2 * dayMs, 2 * dayMs]);
  assert.deepEqual(told, ['relay.yaml: could not be put into force: the port is in use']);
});

test('nothing is told after close', async (context) => {
  const path = fileWith(yaml('1d'));
  const { watch, told } = watching(context, path);
  await watch.reload();
  writeFileSync(path, yaml('2d'));
  const reloading = watch.reload();
  // One turn later the file is being read.
  await Promise.resolve();
  watch.close();
  await reloading;
  await watch.reload();
  assert.deepEqual(told, []);
});
