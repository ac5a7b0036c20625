import assert from 'node:assert/strict';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { appendAll, drainAll, givenSpool, namesIn, recordsOf, segmentsIn } from './given.ts';
import { recordOf } from './records.ts';

const mebibyte = 1024 * 1024;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

test('what was acknowledged is on disk', async () => {
  const spool = await givenSpool();
  for (const name of ['a', 'b', 'c']) {
    await spool.append(recordOf(name));
    assert.equal((await namesIn(spool.directory)).at(-1), name);
  }
});

test('records appended at once keep their order', async () => {
  const spool = await givenSpool();
  const names = numbers(500);
  await Promise.all(names.map((name) => spool.append(recordOf(name))));
  assert.deepEqual(await namesIn(spool.directory), names);
});

test('a record comes back with all its messages, byte for byte', async () => {
  const spool = await givenSpool();
  const [first] = recordOf('a', { body: Buffer.from([0, 255, 13, 10]), resendWithinMs: 5 }).messages;
  const [second] = recordOf('b', { body: Buffer.alloc(0), contentType: undefined, vendorAttempt: undefined }).messages;
  assert.ok(first && second);
  const record = { endpoint: 'carrier', token: 'both', messages: [first, second] };
  await spool.append(record);
  assert.deepEqual(await recordsOf(spool), [record]);
});

test('a record without messages leaves nothing', async () => {
  const spool = await givenSpool();
  await spool.append({ endpoint: 'carrier', token: 'none', messages: [] });
  assert.deepEqual(segmentsIn(spool.directory), []);
});

test('the depth tells messages, bytes and the oldest', async () => {
  const spool = await givenSpool();
  assert.deepEqual(spool.depth(), { messages: 0, bytes: 0, oldestAt: undefined });
  await spool.append(recordOf('a', { receivedAt: 5 }));
  await spool.append(recordOf('b', { receivedAt: 7 }));
  const { messages, bytes, oldestAt } = spool.depth();
  assert.deepEqual({ messages, oldestAt }, { messages: 2, oldestAt: 5 });
  assert.ok(bytes > 0);
});

const takingAway = {
  deleted: (directory: string) => rmSync(directory, { recursive: true }),
  moved: (directory: string) => renameSync(directory, `${directory}.elsewhere`),
};
for (const [what, takeAway] of Object.entries(takingAway)) {
  test(`what comes after somebody has ${what} the directory is kept, and what was in it is told`, async () => {
    const spool = await givenSpool();
    await appendAll(spool, ['a', 'b']);
    takeAway(spool.directory);
    await appendAll(spool, ['c', 'd']);
    assert.deepEqual(await namesIn(spool.directory), ['c', 'd']);
    assert.deepEqual(await drainAll(spool), ['c', 'd']);
    assert.match(
      spool.troubles.map(({ message }) => message).join('\n'),
      /^A segment of the spool is gone, and 2 messages with it: [^\n]*$/,
    );
    assert.equal(spool.depth().messages, 0);
  });
}

test('what comes while the directory cannot be made anew is refused, and what comes after that is kept', async () => {
  const spool = await givenSpool();
  await appendAll(spool, ['a']);
  rmSync(spool.directory, { recursive: true });
  writeFileSync(spool.directory, 'in its place');
  await assert.rejects(spool.append(recordOf('b')), { code: 'DISK' });
  rmSync(spool.directory);
  await appendAll(spool, ['c']);
  assert.deepEqual(await drainAll(spool), ['c']);
});

test('a large spool lies in several segments, and comes back in order', async () => {
  const spool = await givenSpool();
  const names = numbers(20);
  await Promise.all(names.map((name) => spool.append(recordOf(name, { body: Buffer.alloc(mebibyte, name) }))));
  const segments = segmentsIn(spool.directory);
  assert.equal(segments.length, 3);
  for (const path of segments) assert.ok(statSync(path).size < 13 * mebibyte, path);
  assert.deepEqual(await drainAll(spool), names);
});

test('a record larger than a segment is kept', async () => {
  const spool = await givenSpool();
  const body = Buffer.alloc(20 * mebibyte, 'x');
  await spool.append(recordOf('large', { body }));
  await spool.append(recordOf('next'));
  const [large, next] = await recordsOf(await givenSpool({ directory: (await closed(spool)).directory }));
  assert.ok(large?.messages[0]?.body.equals(body));
  assert.equal(next?.token, 'next');
});

test('a full spool takes nothing more, and takes again once something is gone', async () => {
  const spool = await givenSpool({ maxBytes: 1_000 });
  const body = Buffer.alloc(300);
  const appended = await Promise.allSettled(numbers(10).map((name) => spool.append(recordOf(name, { body }))));
  assert.deepEqual(
    appended.map((one) => (one.status === 'fulfilled' ? 'kept' : one.reason.code)),
    ['kept', ...Array(9).fill('FULL')],
  );
  await assert.rejects(spool.append(recordOf('x', { body: Buffer.alloc(600) })), {
    code: 'FULL',
    message: `The spool in ${spool.directory} is full: ${spool.depth().bytes} of 1000 bytes (ingest.spool.max)`,
  });
  assert.deepEqual(await drainAll(spool), ['0']);
  await spool.append(recordOf('after', { body }));
  assert.deepEqual(await drainAll(spool), ['after']);
});

test('what an earlier process left counts towards what a spool may hold', async () => {
  const first = await givenSpool();
  await first.append(recordOf('a', { body: Buffer.alloc(900) }));
  const second = await givenSpool({ directory: (await closed(first)).directory, maxBytes: 1_500 });
  await assert.rejects(second.append(recordOf('b', { body: Buffer.alloc(500) })), { code: 'FULL' });
});

test('closing waits for what is being appended, and takes nothing afterwards', async () => {
  const spool = await givenSpool();
  const names = numbers(30);
  const body = Buffer.alloc(mebibyte);
  const appended = Promise.all(names.map((name) => spool.append(recordOf(name, { body }))));
  await spool.close();
  for (const path of segmentsIn(spool.directory)) assert.match(path, /-\d+-\d+\.spool$/);
  await appended;
  await assert.rejects(spool.append(recordOf('late')), /closed/);
  assert.deepEqual(await namesIn(spool.directory), names);
});

test('messages are counted over segments and openings', async () => {
  const first = await givenSpool();
  await appendAll(first, ['a', 'b'], { receivedAt: 5 });
  const second = await givenSpool({ directory: (await closed(first)).directory });
  await appendAll(second, ['c'], { receivedAt: 9 });
  assert.equal(second.depth().messages, 3);
  assert.equal(second.depth().oldestAt, 5);
});

async function closed<T extends { close(): Promise<void> }>(spool: T): Promise<T> {
  await spool.close();
  return spool;
}
