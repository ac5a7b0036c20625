import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@relay/testkit';
import { drainAll, givenSpool } from './given.ts';
import { recordOf } from './records.ts';
import { remount, skip, smallDisk } from './small-disk.ts';

const file = () => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, 'mine');
  return path;
};

test('a file where the directory should be is told of in a sentence', async () => {
  for (const directory of [file(), join(file(), 'spool')]) {
    await assert.rejects(givenSpool({ directory }), {
      code: 'DISK',
      message: `The spool's directory ${directory} is a file or lies behind one: let ingest.spool.directory name a folder`,
    });
  }
});

test('a directory that may not be written to is told of in a sentence', async (t) => {
  const folder = temporaryFolder();
  const directory = join(folder, 'spool');
  mkdirSync(directory);
  chmodSync(directory, 0o500);
  // Root may write everywhere, so another user opens it.
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined) return t.skip('this system has no users');
  const own = geteuid();
  chmodSync(folder, 0o755);
  if (own === 0) seteuid(65_534);
  try {
    await assert.rejects(givenSpool({ directory }), {
      code: 'DISK',
      message: `The relay may not read and write the spool's directory ${directory}: give its user the permission`,
    });
  } finally {
    if (own === 0) seteuid(own);
  }
});

test('a read-only disk is told of in a sentence, and what is on it stays', { skip }, async () => {
  const disk = smallDisk();
  const directory = join(disk, 'spool');
  const first = await givenSpool({ directory });
  await first.append(recordOf('a'));
  await first.close();
  remount(disk, 'ro');
  await assert.rejects(givenSpool({ directory }), {
    code: 'DISK',
    message: `The spool's directory ${directory} is on a read-only file system: mount it for writing, or name another in ingest.spool.directory`,
  });
  remount(disk, 'rw');
  assert.deepEqual(await drainAll(await givenSpool({ directory })), ['a']);
});

test('a folder where a segment should be is told of in a sentence', async () => {
  const directory = temporaryFolder();
  mkdirSync(join(directory, '0000000000000001.spool'));
  await assert.rejects(givenSpool({ directory }), {
    code: 'DISK',
    message: `There is a folder in the spool's directory ${directory} where one of its files should be: move it away`,
  });
});

test('a directory that is not there is made, with those above it', async () => {
  const directory = join(temporaryFolder(), 'a', 'b', 'spool');
  const spool = await givenSpool({ directory });
  await spool.append(recordOf('a'));
  assert.deepEqual(await drainAll(spool), ['a']);
});

// Node's own way of making all folders above tried for ever there, and ingest did not start, without a word.
test('a place where no folder can be made is told of in a sentence', { skip: !existsSync('/proc/self') }, async () => {
  for (const directory of ['/proc/spool', '/proc/a/b/spool']) {
    await assert.rejects(givenSpool({ directory }), {
      code: 'DISK',
      message: `The spool's directory ${directory} is not there and cannot be made: name another in ingest.spool.directory`,
    });
  }
});
