import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { SpoolRecord } from '../src/index.ts';
import { appendAll, crashed, drainAll, filesIn, givenSpool, never, newDirectory, segmentsIn } from './given.ts';

import { recordOf } from './records.ts';

const letters = ['a', 'b', 'c'];

/** The only segment of an open spool with these names in it, and where each record ends. */
async function written(names: readonly string[]) {
  const spool = await givenSpool();
  const ends: number[] = [];
  for (const name of names) {
    await spool.append(recordOf(name));
    ends.push(statSync(only(spool.directory)).size);
  }
  const bytes = readFileSync(only(spool.directory));
  return { spool, bytes, ends };
}

function only(directory: string): string {
  const [path, ...others] = segmentsIn(directory);
  assert.ok(path !== undefined && others.length === 0);
  return path;
}

/** A directory with one segment that was never closed. */
function directoryWith(bytes: Buffer, name = '0000000000000001.spool'): string {
  const directory = newDirectory();
  mkdirSync(directory);
  writeFileSync(join(directory, name), bytes);
  return directory;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

test('a segment cut at any byte gives back every record before the cut, and nothing is reported', async () => {
  const { bytes, ends } = await written(letters);
  for (let size = 0; size <= bytes.length; size++) {
    const spool = await givenSpool({ directory: directoryWith(bytes.subarray(0, size)) });
    const expected = letters.filter((_, i) => (ends[i] ?? 0) <= size);
    assert.equal(spool.depth().messages, expected.length);
    assert.deepEqual(await drainAll(spool), expected, `cut at ${size}`);
    assert.deepEqual(spool.troubles, []);
    await spool.close();
  }
});

test('after a cut the spool goes on behind the last good record', async () => {
  const { bytes } = await written(letters);
  const spool = await givenSpool({ directory: directoryWith(bytes.subarray(0, -1)) });
  await appendAll(spool, ['d']);
  assert.deepEqual(await drainAll(await givenSpool({ directory: crashed(spool.directory) })), ['a', 'b', 'd']);
});

test('a tail of zeros, as a power cut leaves it, is cut off', async () => {
  const { bytes } = await written(letters);
  const spool = await givenSpool({ directory: directoryWith(Buffer.concat([bytes, Buffer.alloc(4096)])) });
  assert.deepEqual(await drainAll(spool), letters);
  assert.deepEqual(spool.troubles, []);
});

test('a bit that flipped costs no record but its own, and the segment is set aside', async () => {
  const { bytes, ends } = await written(letters);
  const [firstEnd = 0, secondEnd = 0] = ends;
  const bodyOfSecond = bytes.indexOf('{"name":"b"}');
  assert.ok(bodyOfSecond > firstEnd && bodyOfSecond < secondEnd);
  for (const name of ['0000000000000001.spool', '0000000000000001-3-1000.spool']) {
    const damaged = flipped(bytes, bodyOfSecond);
    const spool = await givenSpool({ directory: directoryWith(damaged, name) });
    assert.deepEqual(await drainAll(spool), ['a', 'c']);
    assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
    const [aside] = filesIn(spool.directory, '.damaged');
    assert.ok(aside);
    assert.deepEqual(readFileSync(aside), damaged);
    assert.deepEqual(
      spool.troubles.map(({ code, message }) => [code, message]),
      [['DAMAGED', `The spool could not read all of a segment: what is left of it is in ${aside}`]],
    );
  }
});

test('a bit that flipped anywhere in a closed segment loses no record before it, and deletes nothing', async () => {
  const { bytes, ends } = await written(letters);
  for (let at = 0; at < bytes.length; at++) {
    const directory = directoryWith(flipped(bytes, at), '0000000000000001-3-1000.spool');
    const spool = await givenSpool({ directory });
    await appendAll(spool, ['later']);
    const names = await drainAll(spool);
    const before = at < 24 ? [] : letters.filter((_, i) => (ends[i] ?? 0) <= at);
    assert.deepEqual(names.slice(0, before.length), before, `flipped at ${at}`);
    assert.equal(names.at(-1), 'later');
    assert.equal(filesIn(directory, '.damaged').length, 1, `flipped at ${at}`);
    assert.equal(spool.troubles.length, 1);
    await spool.close();
  }
});

test('a closed segment that has become shorter is set aside, and those behind it go on', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  await spool.close();
  const again = await givenSpool({ directory: spool.directory });
  await appendAll(again, ['d']);
  await again.close();
  const [first] = segmentsIn(spool.directory);
  assert.ok(first);
  truncateSync(first, statSync(first).size - 1);
  const last = await givenSpool({ directory: spool.directory });
  assert.deepEqual(await drainAll(last), ['a', 'b', 'd']);
  assert.deepEqual(filesIn(spool.directory, '.damaged'), [`${first}.damaged`]);
});

test('what is more than a torn group is not cut off but set aside', async () => {
  const { bytes } = await written(letters);
  const spool = await givenSpool({ directory: directoryWith(Buffer.concat([bytes, Buffer.alloc(5 * 1024 * 1024)])) });
  assert.deepEqual(await drainAll(spool), letters);
  assert.equal(filesIn(spool.directory, '.damaged').length, 1);
});

test('damage that was passed before a crash is remembered', async () => {
  const { bytes } = await written(['a', 'b', 'c', 'd']);
  const spool = await givenSpool({ directory: directoryWith(flipped(bytes, bytes.indexOf('{"name":"b"}'))) });
  let left = '';
  const take = async ({ token }: SpoolRecord) => {
    if (token === 'd') left = crashed(spool.directory);
  };
  await spool.drain(take, { atOnce: 1, signal: never });
  const after = await givenSpool({ directory: left });
  assert.deepEqual(await drainAll(after), ['d']);
  assert.equal(filesIn(left, '.damaged').length, 1);
});

test('a segment that is none is set aside at once', async () => {
  const spool = await givenSpool({ directory: directoryWith(Buffer.from('something else altogether')) });
  assert.deepEqual(
    filesIn(spool.directory, '.damaged').map((path) => basename(path)),
    ['0000000000000001.spool.damaged'],
  );
  assert.equal(spool.troubles.length, 1);
  await appendAll(spool, letters);
  assert.deepEqual(
    segmentsIn(spool.directory).map((path) => basename(path)),
    ['0000000000000002.spool'],
  );
});

test('whatever else lies in the directory is left alone', async () => {
  const spool = await givenSpool({ directory: directoryWith(Buffer.from('mine'), 'notes.txt') });
  await appendAll(spool, letters);
  await drainAll(spool);
  assert.equal(readFileSync(join(spool.directory, 'notes.txt'), 'utf8'), 'mine');
});

test('any bytes for what was drained hide no record', async () => {
  const { spool, bytes } = await written(letters);
  for (const drained of ['', 'x', 'x'.repeat(16), '\0'.repeat(100)]) {
    const directory = directoryWith(bytes);
    writeFileSync(join(directory, 'drained'), drained);
    assert.deepEqual(await drainAll(await givenSpool({ directory })), letters);
  }
  await spool.close();
});

test('a spool of a newer version is refused, and nothing in it is touched', async () => {
  const { bytes } = await written(letters);
  const newer = Buffer.from(bytes);
  newer.writeUInt32BE(2, 8);
  newer.writeUInt32BE(crc32(newer.subarray(0, 20)), 20);
  const directory = directoryWith(newer, '0000000000000002.spool');
  writeFileSync(join(directory, '0000000000000001.spool'), bytes.subarray(0, -1));
  const before = readdirSync(directory);
  await assert.rejects(givenSpool({ directory }), {
    code: 'NEWER',
    message: `A newer version of the relay wrote the spool in ${directory}: let that version drain it, or name another directory in ingest.spool.directory`,
  });
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.spool')),
    before,
  );
  assert.deepEqual(readFileSync(join(directory, '0000000000000002.spool')), newer);
  assert.equal(statSync(join(directory, '0000000000000001.spool')).size, bytes.length - 1);
});
