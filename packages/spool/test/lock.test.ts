import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess, temporaryFolder } from '@relay/testkit';
import { openSpool } from '../src/index.ts';
import { drainAll, givenSpool, newDirectory } from './given.ts';
import { recordOf } from './records.ts';

const appending = fileURLToPath(import.meta.resolve('./appending-process.ts'));

function inUse(directory: string): string {
  return `Another process has the spool's directory ${directory}: give each ingest one of its own in ingest.spool.directory`;
}

test('a directory that another process has is refused, and free again once that was killed', async () => {
  const directory = newDirectory();
  const child = await startProcess({ args: [appending, directory, '0'], ready: /^open$/ });
  await assert.rejects(givenSpool({ directory }), { code: 'IN_USE', message: inUse(directory) });
  await child.kill();
  await givenSpool({ directory });
});

test('another process is refused while this one has the directory', async () => {
  const spool = await givenSpool();
  await assert.rejects(startProcess({ args: [appending, spool.directory], ready: /^open$/ }), (error: Error) =>
    error.message.includes(inUse(spool.directory)),
  );
  await spool.append(recordOf('mine'));
  assert.deepEqual(await drainAll(spool), ['mine']);
});

test('of several that open a directory at once, one has it', async () => {
  const directory = newDirectory();
  const opened = await Promise.allSettled(Array.from({ length: 10 }, () => givenSpool({ directory })));
  assert.deepEqual(opened.map((one) => (one.status === 'fulfilled' ? 'open' : one.reason.code)).toSorted(), [
    ...Array(9).fill('IN_USE'),
    'open',
  ]);
});

test('closing lets go of the directory, and so does an opening that fails', async () => {
  const first = await givenSpool();
  await first.close();
  await givenSpool({ directory: first.directory });

  const directory = newDirectory();
  const second = await givenSpool({ directory });
  await second.close();
  const obstacle = join(directory, '0000000000000001.spool', 'x');
  mkdirSync(obstacle, { recursive: true });
  await assert.rejects(openSpool({ directory, maxBytes: 1 }), { code: 'DISK' });
  rmSync(join(directory, '0000000000000001.spool'), { recursive: true });
  await givenSpool({ directory });
});

test('a long path can be locked, and one that is too long is told of', async () => {
  const long = join(temporaryFolder(), ...Array.from({ length: 7 }, () => 'x'.repeat(60)));
  await givenSpool({ directory: long });
  await assert.rejects(givenSpool({ directory: long }), { code: 'IN_USE' });
  const directory = join(long, 'x'.repeat(100));
  await assert.rejects(givenSpool({ directory }), {
    code: 'DISK',
    message: `The path of the spool's directory ${directory} is too long: 500 bytes at most`,
  });
});

test('a file called lock that is none is told of', async () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'lock'), 'something else '.repeat(100));
  await assert.rejects(givenSpool({ directory }), {
    code: 'DISK',
    message: `${join(directory, 'lock')} cannot be locked: file is not a database`,
  });
});
