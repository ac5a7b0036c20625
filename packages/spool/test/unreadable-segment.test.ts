import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { test } from 'node:test';
import type { SpoolRecord } from '../src/index.ts';
import { appendAll, drainAll, type GivenSpool, givenSpool, never, segmentsIn } from './given.ts';

/** Three records fill a segment. */
const body = Buffer.alloc(3 * 1024 * 1024);

async function givenSegments(...names: readonly string[]): Promise<GivenSpool> {
  const spool = await givenSpool();
  await appendAll(spool, names, { body });
  return spool;
}

/** Its reading fails until what it returns is called. */
function breakSegment(path: string): () => void {
  renameSync(path, `${path}.elsewhere`);
  mkdirSync(path);
  return () => {
    rmdirSync(path);
    renameSync(`${path}.elsewhere`, path);
  };
}

// It used to reject every drain for ever, with everything behind it.
test('nobody waits behind a segment that cannot be read: it is told once, counted still, and drained when it can be read', async () => {
  const spool = await givenSegments('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const mend = breakSegment(segmentsIn(spool.directory)[1] ?? '');
  assert.deepEqual(await drainAll(spool), ['a', 'b', 'c', 'g']);
  assert.deepEqual(await drainAll(spool), []);
  assert.deepEqual(
    spool.troubles.map(({ code }) => code),
    ['DAMAGED'],
  );
  assert.equal(spool.depth().messages, 3);
  await appendAll(spool, ['h']);
  assert.deepEqual(await drainAll(spool), ['h']);
  mend();
  assert.deepEqual(await drainAll(spool), ['d', 'e', 'f']);
  assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
});

test('what was taken of a segment before it could not be read is not handed out again', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a', 'b']);
  await appendAll(spool, ['c', 'd', 'e', 'f'], { body });
  const refusing = async ({ token }: SpoolRecord) => {
    if (token === 'a') throw new Error('not taken');
  };
  assert.equal(await spool.drain(refusing, { atOnce: 4, signal: never }), 2);
  const mend = breakSegment(segmentsIn(spool.directory)[0] ?? '');
  assert.deepEqual(await drainAll(spool), ['f']);
  mend();
  assert.deepEqual(await drainAll(spool), ['a', 'd', 'e']);
  assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
});

test('a segment that is gone is told, and counts no more', async () => {
  const spool = await givenSegments('a', 'b', 'c', 'd');
  unlinkSync(segmentsIn(spool.directory)[0] ?? '');
  assert.deepEqual(await drainAll(spool), ['d']);
  assert.match(String(spool.troubles[0]?.message), /is gone, and 3 messages with it/);
  assert.equal(spool.troubles.length, 1);
  assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
});
