import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { freePort, startProcess, temporaryFolder } from '@relay/testkit';
import { callback, carrier, credentials, post, problemOf, startStation } from './station.ts';

/** Of what is random in a segment's header. */
const idBytes = 8;

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const relay = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** A folder with a segment whose header says that a later version wrote it. */
function newerSpool(): string {
  const directory = temporaryFolder();
  const checked = Buffer.concat([Buffer.from('RLYSPOOL'), uint32(99), Buffer.alloc(idBytes)]);
  writeFileSync(join(directory, '0000000000000001.spool'), Buffer.concat([checked, uint32(crc32(checked))]));
  return directory;
}

function fileInstead(): string {
  const path = join(temporaryFolder(), 'spool');
  writeFileSync(path, 'somebody needs this');
  return path;
}

function folderInstead(): string {
  const directory = temporaryFolder();
  mkdirSync(join(directory, 'aside', 'carrier', '0000000000000001.spool'), { recursive: true });
  return directory;
}

/** What is wrong with a directory, and what is said about it. Where the kernel shows its own settings nobody may make a folder, not even root. */
const directories: readonly (readonly [what: string, make: () => string, sentence: RegExp])[] = [
  ['is a file', fileInstead, /is a file or lies behind one: let ingest\.spool\.directory name a folder$/],
  [
    'was written by a newer version',
    newerSpool,
    /A newer version of the relay wrote the spool in .*: let that version/,
  ],
  [
    'has a folder where a file should be',
    folderInstead,
    /There is a folder in the spool's directory .*: move it away$/,
  ],
  ['may not be written', () => '/sys/kernel/spool', /may not read and write .*: give its user the permission$/],
];

async function configurationFor(directory: string): Promise<string> {
  const { name, source, path } = carrier;
  const listeners = [{ host: '127.0.0.1', port: await freePort() }];
  const operations = { host: '127.0.0.1', port: await freePort() };
  const worker = { operations: { host: '127.0.0.1', port: await freePort() } };
  const endpoints = [{ name, source, path, verify: { credentials: [credentials] } }];
  const file = join(temporaryFolder(), 'relay.yaml');
  const ingest = { listeners, operations, spool: { directory } };
  // JSON is YAML. Nothing is at this address: it must not come to that.
  writeFileSync(file, JSON.stringify({ redis: 'redis://127.0.0.1:1', ingest, worker, endpoints, subscribers: [] }));
  return file;
}

/** Names and bytes of everything that was there: ingest may add its own to a folder. */
function leftOf(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  if (statSync(path).isFile()) return { [path]: readFileSync(path, 'hex') };
  return Object.assign({ [path]: 'folder' }, ...readdirSync(path).map((name) => leftOf(join(path, name))));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

suite("the spool's directory", () => {
  for (const [what, make, sentence] of directories) {
    test(`${what}: ingest says so in a sentence and ends with exit code 1, and nothing is deleted`, async () => {
      const directory = make();
      const before = leftOf(directory);
      const ingest = await startProcess({ args: [main], env: { RELAY_CONFIG: await configurationFor(directory) } });
      assert.equal(await ingest.ended, 1);
      assert.equal(ingest.stderr.length, 1, ingest.stderr.join('\n'));
      assert.match(ingest.stderr[0] ?? '', /^ingest: /);
      assert.match(ingest.stderr[0] ?? '', sentence);
      assert.deepEqual({ ...leftOf(directory), ...before }, leftOf(directory));
    });
  }

  test('is a file: `relay up` passes the sentence on once, and ends with exit code 1 instead of trying for ever', async () => {
    const file = await configurationFor(fileInstead());
    const up = await startProcess({ args: [relay, 'up'], env: { RELAY_CONFIG: file } });
    assert.equal(await up.ended, 1);
    const said = [...up.stdout, ...up.stderr].filter((line) => line.includes('is a file or lies behind one'));
    assert.equal(said.length, 1, [...up.stdout, ...up.stderr].join('\n'));
  });

  test('lies on a full disk: ingest starts, and takes callbacks as long as Redis does', async (t) => {
    const folder = temporaryFolder();
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]).status !== 0)
      return t.skip('this user may not mount a disk that is small enough to be full');
    t.after(() => spawnSync('umount', ['--lazy', folder]));
    writeFileSync(join(folder, 'filler'), Buffer.alloc(4096));
    const station = await startStation(t, { ingest: { spool: { directory: folder, maxBytes: 1_048_576 } } });
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    await station.redis.kill();
    assert.deepEqual(await problemOf(await post(station.url + carrier.path, callback())), [503, 'not-kept']);
    assert.match(String((await station.ready()).spool), /The disk under the spool's directory .* is full: make room$/);
  });
});
