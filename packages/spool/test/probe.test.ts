import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drainAll, givenSpool } from './given.ts';
import { recordOf } from './records.ts';
import { skip, smallDisk } from './small-disk.ts';

test('a disk that takes writes tells how much it has left, and nothing of the probe stays on it', async () => {
  const spool = await givenSpool();
  await spool.append(recordOf('a'));
  const before = readdirSync(spool.directory);
  const freeBytes = await spool.probe();
  const { blocks, bsize } = statfsSync(spool.directory);
  assert.ok(freeBytes > 0 && freeBytes < blocks * bsize, String(freeBytes));
  assert.deepEqual(readdirSync(spool.directory), before);
  assert.deepEqual(await drainAll(spool), ['a']);
});

test('a directory that is gone is made anew without a record; where that cannot be, it is found out, and so is its return', async () => {
  const spool = await givenSpool();
  rmSync(spool.directory, { recursive: true });
  assert.ok((await spool.probe()) > 0);
  rmSync(spool.directory, { recursive: true });
  writeFileSync(spool.directory, 'in its place');
  await assert.rejects(spool.probe(), { code: 'DISK', message: /^The spool's directory .* is a file/ });
  rmSync(spool.directory);
  mkdirSync(spool.directory);
  assert.ok((await spool.probe()) > 0);
});

test('what a crash left of a probe is no trouble to the next one', async () => {
  const spool = await givenSpool();
  writeFileSync(join(spool.directory, 'probe'), 'half of i');
  await spool.probe();
  assert.ok(!readdirSync(spool.directory).includes('probe'));
});

test('several who ask at once share one probe', async () => {
  const spool = await givenSpool();
  assert.equal(spool.probe(), spool.probe());
  await spool.probe();
});

test('a full disk is found out, though an old file could be written over', { skip }, async () => {
  const disk = smallDisk();
  const directory = join(disk, 'spool');
  const spool = await givenSpool({ directory });
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(500_000));
  const freeBytes = await spool.probe();
  assert.ok(freeBytes > 500_000 && freeBytes < 600_000, String(freeBytes));
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(2_000_000)), { code: 'ENOSPC' });
  await assert.rejects(spool.probe(), {
    code: 'DISK',
    message: `The disk under the spool's directory ${directory} is full: make room`,
  });
  rmSync(ballast);
  assert.ok((await spool.probe()) > 0);
});
