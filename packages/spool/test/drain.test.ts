import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SpoolRecord } from '../src/index.ts';
import { appendAll, crashed, drainAll, givenSpool, never, segmentsIn } from './given.ts';
import { recordOf } from './records.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

test('records are handed out in the order they were appended, no more at once than asked for', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  const handed: string[] = [];
  let underWay = 0;
  let most = 0;
  const gone = await spool.drain(
    async ({ token }) => {
      handed.push(token);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
    },
    { atOnce: 4, signal: never },
  );
  assert.deepEqual([handed, most, gone], [letters, 4, 6]);
});

test('nothing is left on disk of a drained spool', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  await drainAll(spool);
  assert.deepEqual(segmentsIn(spool.directory), []);
  assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
  await spool.append(recordOf('next'));
  assert.deepEqual(await drainAll(spool), ['next']);
});

test('a drain stops at what is not taken, and the next one begins there without what was taken behind it', async () => {
  const spool = await givenSpool();
  for (const [i, name] of letters.entries()) await spool.append(recordOf(name, { receivedAt: i }));
  const { bytes } = spool.depth();
  const handed: string[] = [];
  const gone = await spool.drain(
    async ({ token }) => {
      handed.push(token);
      if (token === 'b') throw new Error('not taken');
    },
    { atOnce: 3, signal: never },
  );
  assert.deepEqual([handed, gone], [['a', 'b', 'c'], 2]);
  assert.deepEqual(spool.depth(), { messages: 4, bytes: (bytes * 4) / 6, oldestAt: 1 });
  assert.deepEqual(await drainAll(spool), ['b', 'd', 'e', 'f']);
});

test('what was taken early in one segment hides nothing in the next', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a', 'b', 'c']);
  const refusing = async ({ token }: SpoolRecord) => {
    if (token === 'a') throw new Error('not taken');
  };
  assert.equal(await spool.drain(refusing, { atOnce: 3, signal: never }), 2);
  await appendAll(spool, ['d', 'e', 'f']);
  assert.deepEqual(await drainAll(spool), ['a', 'd', 'e', 'f']);
});

// The oldest used to be one that was gone, when all that was read next had been taken before.
test('the oldest is one that is left, wherever a drain ended', async () => {
  const spool = await givenSpool();
  for (const [i, name] of letters.entries()) await spool.append(recordOf(name, { receivedAt: i }));
  const refusing = async ({ token }: SpoolRecord) => {
    if (token === 'a' || token === 'b') throw new Error('not taken');
  };
  await spool.drain(refusing, { atOnce: 4, signal: never });
  assert.equal(spool.depth().oldestAt, 0);
  const ending = new AbortController();
  const abortAtB = async ({ token }: SpoolRecord) => {
    if (token === 'b') ending.abort();
  };
  await spool.drain(abortAtB, { atOnce: 1, signal: ending.signal });
  assert.equal(spool.depth().oldestAt, 4);
});

test('a take that throws at once is one that does not take', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  const take = () => {
    throw new Error('at once');
  };
  assert.equal(await spool.drain(take, { atOnce: 2, signal: never }), 0);
  assert.deepEqual(await drainAll(spool), letters);
});

test('after the signal nothing more is handed out, and what was taken is gone', async () => {
  const spool = await givenSpool();
  for (const [i, name] of letters.entries()) await spool.append(recordOf(name, { receivedAt: i }));
  const ending = new AbortController();
  const gone = await spool.drain(
    async ({ token }) => {
      if (token === 'c') ending.abort();
    },
    { atOnce: 2, signal: ending.signal },
  );
  assert.equal(gone, 4);
  assert.equal(spool.depth().oldestAt, 4);
  assert.equal(await spool.drain(async () => undefined, { atOnce: 2, signal: ending.signal }), 0);
  assert.deepEqual(await drainAll(spool), ['e', 'f']);
});

test('what is appended during a drain is drained too', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a', 'b']);
  const handed: string[] = [];
  const take = async ({ token }: SpoolRecord) => {
    handed.push(token);
    if (token === 'a') await appendAll(spool, ['c', 'd']);
  };
  await spool.drain(take, { atOnce: 1, signal: never });
  assert.deepEqual(handed, ['a', 'b', 'c', 'd']);
});

test('a crash in a drain hands out again only what was under way', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  let left = '';
  const take = async ({ token }: SpoolRecord) => {
    if (token === 'd') left = crashed(spool.directory);
  };
  await spool.drain(take, { atOnce: 2, signal: never });
  const after = await givenSpool({ directory: left });
  assert.equal(after.depth().messages, 4);
  assert.deepEqual(await drainAll(after), ['c', 'd', 'e', 'f']);
});

test('a bit that flips in what is remembered of a drain hides no record', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  let left = '';
  const take = async ({ token }: SpoolRecord) => {
    if (token === 'b') left = crashed(spool.directory);
  };
  await spool.drain(take, { atOnce: 1, signal: never });
  const drained = readFileSync(join(left, 'drained'));
  for (let bit = 0; bit < drained.length * 8; bit++) {
    const directory = crashed(left);
    const flipped = Buffer.from(drained);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    writeFileSync(join(directory, 'drained'), flipped);
    assert.deepEqual((await drainAll(await givenSpool({ directory }))).slice(-5), letters.slice(1), `bit ${bit}`);
  }
});

// Numbers begin anew in an empty directory: what is remembered of an old segment must not be taken for the new one's.
test('what was drained before never hides a later record', async () => {
  const first = await givenSpool();
  await appendAll(first, letters);
  await drainAll(first);
  await first.close();
  const second = await givenSpool({ directory: first.directory });
  await appendAll(second, letters);
  assert.equal(segmentsIn(second.directory)[0], `${second.directory}/0000000000000001.spool`);
  const third = await givenSpool({ directory: crashed(second.directory) });
  assert.deepEqual(await drainAll(third), letters);
});

test('no more than 4 MiB of records are in memory at once', async () => {
  const spool = await givenSpool();
  const body = Buffer.alloc(700 * 1024);
  await Promise.all(letters.flatMap((name) => [1, 2, 3].map((n) => spool.append(recordOf(name + n, { body })))));
  let most = 0;
  let underWay = 0;
  await spool.drain(
    async ({ messages: [message] }) => {
      underWay += message?.body.length ?? 0;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= message?.body.length ?? 0;
    },
    { atOnce: 100, signal: never },
  );
  assert.equal(most, 5 * body.length);
});

test('there is one drain at a time', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  const first = spool.drain(async () => undefined, { atOnce: 1, signal: never });
  await assert.rejects(
    spool.drain(async () => undefined, { atOnce: 1, signal: never }),
    /drained already/,
  );
  assert.equal(await first, 6);
});

test('closing waits for a drain', async () => {
  const spool = await givenSpool();
  await appendAll(spool, letters);
  const ending = new AbortController();
  const take = async ({ token }: SpoolRecord) => {
    if (token === 'b') ending.abort();
  };
  const drained = spool.drain(take, { atOnce: 1, signal: ending.signal });
  await spool.close();
  assert.equal(await drained, 2);
  assert.deepEqual(await drainAll(await givenSpool({ directory: spool.directory })), ['c', 'd', 'e', 'f']);
});
