import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@relay/testkit';
import { peekSpool, SpoolError } from '../src/index.ts';
import { appendAll, givenSpool, never, newDirectory, segmentsIn } from './given.ts';
import { recordOf } from './records.ts';

test('what a spool holds is seen by another, while it is written', async () => {
  const spool = await givenSpool();
  assert.deepEqual(await peekSpool(spool.directory), spool.depth());
  await appendAll(spool, ['a', 'b'], { receivedAt: 1_000 });
  await appendAll(spool, ['c'], { receivedAt: 2_000 });
  assert.deepEqual(await peekSpool(spool.directory), spool.depth());
  assert.deepEqual([spool.depth().messages, spool.depth().oldestAt], [3, 1_000]);
});

test('closed segments are told by their names', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a', 'b'], { receivedAt: 1_000 });
  await spool.close();
  const [path = ''] = segmentsIn(spool.directory);
  const bytes = readFileSync(path);
  bytes.fill(0, 40); // what is in it is not looked at
  writeFileSync(path, bytes);
  assert.deepEqual((await peekSpool(spool.directory))?.messages, 2);
});

test('what has been drained of a segment does not count any more', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a', 'b', 'c']);
  const take = async ({ token }: { token: string }) => {
    if (token !== 'a') throw new Error('not yet');
  };
  await spool.drain(take, { atOnce: 1, signal: never });
  assert.deepEqual(await peekSpool(spool.directory), spool.depth());
  assert.equal(spool.depth().messages, 2);
});

test('a record of which only a part is written does not count', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a']);
  appendFileSync(segmentsIn(spool.directory)[0] ?? '', Buffer.alloc(30, 7));
  assert.equal((await peekSpool(spool.directory))?.messages, 1);
});

test('looking leaves the directory as it is', async () => {
  const spool = await givenSpool();
  await spool.append(recordOf('a'));
  const before = readdirSync(spool.directory).map((name) => [name, readFileSync(join(spool.directory, name))]);
  await peekSpool(spool.directory);
  assert.deepEqual(
    readdirSync(spool.directory).map((name) => [name, readFileSync(join(spool.directory, name))]),
    before,
  );
  await spool.append(recordOf('b'));
});

test('a directory that is not there is undefined, and an empty one holds nothing', async () => {
  assert.equal(await peekSpool(newDirectory()), undefined);
  assert.deepEqual(await peekSpool(temporaryFolder()), { messages: 0, bytes: 0, oldestAt: undefined });
});

test('a file in its place is one clear sentence', async () => {
  const path = newDirectory();
  writeFileSync(path, '');
  await assert.rejects(peekSpool(path), (error: unknown) => error instanceof SpoolError && error.code === 'DISK');
});
