import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Delivery } from '@relay/core';
import type { Journal } from '../src/index.ts';
import { type Auditing, auditing, log } from './auditing.ts';
import {
  books,
  booksOf,
  dead,
  delivered,
  givenRedis,
  keepAll,
  open,
  planOf,
  settle,
  silence,
  skipped,
  textsOf,
} from './given.ts';

const given = givenRedis();

let journal: Journal;
let auditor: Auditing;

beforeEach(async () => {
  journal = given.journal();
  auditor = auditing(given.redis);
  await journal.apply([planOf('carrier')]);
});

/** Keeps messages of these texts and reads the first `count`. */
async function kept(texts: readonly string[], count: number): Promise<Delivery[]> {
  await keepAll(journal, 'carrier', texts);
  return journal.read('billing', ['carrier'], count);
}

const booksNow = () => booksOf(journal, 'carrier');
const openNow = async () => given.redis.zcard('relay:{carrier}:open:billing');

test('a sound log has nothing amiss, whatever its deliveries have come to', async () => {
  const [a, b, c, d] = await kept(['a', 'b', 'c', 'd', 'e', 'f'], 5);
  assert.ok(a && b && c && d);
  await settle(journal, a, delivered);
  await settle(journal, b, open);
  await settle(journal, c, dead);
  await settle(journal, d, skipped);
  assert.deepEqual(await auditor.look(), []);
  assert.equal(await auditor.mend(), 0);
});

test('a delivery that somebody acknowledged by hand is found, made open and due, and the books add up again', async () => {
  const [a, b] = await kept(['a', 'b', 'c'], 3);
  assert.ok(a && b);
  await settle(journal, a, delivered);
  await given.redis.xack(log, 'billing', b.entry);
  assert.deepEqual(await auditor.kinds(), { difference: 1, unsettled: 1 });
  assert.deepEqual((await auditor.look()).find(({ kind }) => kind === 'unsettled')?.entries, [b.entry]);

  assert.equal(await auditor.mend(), 1);
  assert.deepEqual(await auditor.look(), []);
  assert.deepEqual(await booksNow(), books({ read: 3, delivered: 1, open: 1, pending: 1 }));
  assert.deepEqual((await journal.open('carrier', 'billing', b.entry))?.message, b.message);
  assert.equal(await auditor.mend(), 0);
});

test('the pending deliveries of a consumer that somebody deleted are found and made open', async () => {
  await kept(['a', 'b', 'c'], 2);
  await given.redis.xgroup('DELCONSUMER', log, 'billing', 'worker-1');
  assert.deepEqual(await auditor.kinds(), { difference: 2, unsettled: 2 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  assert.deepEqual(await booksNow(), books({ read: 2, open: 2, waiting: 1 }));
});

test('open deliveries that somebody deleted are found by their records and made open', async () => {
  for (const delivery of await kept(['a', 'b'], 2)) await settle(journal, delivery, open);
  await given.redis.del('relay:{carrier}:open:billing');
  assert.deepEqual(await auditor.kinds(), { difference: 2, unsettled: 2 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  assert.equal(await openNow(), 2);
});

test('of more unsettled deliveries than the books miss nobody can tell which, and none is touched', async () => {
  const [a, b] = await kept(['a', 'b'], 2);
  assert.ok(a && b);
  await settle(journal, a, skipped);
  await given.redis.xack(log, 'billing', b.entry);
  assert.deepEqual(await auditor.kinds(), { difference: 1, untold: 2 });
  assert.equal(await openNow(), 0);
});

test('what is older than the retention and has no record any more does not hide what is younger', async () => {
  await given.redis.xadd(log, '1000-0', 'b', 'a', 'm', '[1000,"abcd"]', 'n', '1');
  await given.redis.hset('relay:{carrier}:totals', 'kept', '1');
  const [a, b] = await kept(['b'], 2);
  assert.ok(a && b);
  await settle(journal, a, delivered);
  await given.redis.del(`relay:{carrier}:record:${a.entry}`);
  await given.redis.xack(log, 'billing', b.entry);
  const look = await auditor.look();
  assert.deepEqual(look.find(({ kind }) => kind === 'unsettled')?.entries, [b.entry]);
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
});

test('a delivery that is settled while somebody mends is not opened', async () => {
  const [a] = await kept(['a'], 1);
  assert.ok(a);
  await given.redis.xack(log, 'billing', a.entry);
  const findings = await auditor.look();
  await auditor.mend();
  await settle(journal, a, delivered);
  assert.deepEqual(await auditor.audit.mend({ findings, subscribers: ['billing'] }), []);
  assert.deepEqual(await booksNow(), books({ read: 1, delivered: 1 }));
});

test('what has moved since somebody looked is not touched, and no more is opened than the sums miss', async () => {
  const [a, b, c, d] = await kept(['a', 'b', 'c', 'd'], 4);
  assert.ok(a && b && c && d);
  await settle(journal, a, open);
  await settle(journal, c, skipped);
  const entries = [a, b, c, d].map(({ entry }) => entry);
  const stale = [
    { kind: 'unsettled', endpoint: 'carrier', subscriber: 'billing', count: 4, entries },
    { kind: 'stranded', endpoint: 'carrier', subscriber: 'billing', count: 4, entries },
    { kind: 'no-body', endpoint: 'carrier', subscriber: 'billing', count: 4, entries },
  ] as const;
  assert.deepEqual(await auditor.audit.mend({ findings: stale, subscribers: ['billing'] }), []);
  const other = { kind: 'difference', endpoint: 'carrier', subscriber: 'billing', count: 2, entries: [] } as const;
  await given.redis.xack(log, 'billing', d.entry);
  assert.deepEqual(await auditor.audit.mend({ findings: [other], subscribers: ['billing'] }), []);
  assert.deepEqual(await booksNow(), books({ read: 4, open: 1, skipped: 1, pending: 1 }));

  const [unsettled] = stale.map((finding) => ({ ...finding, entries: [a.entry, b.entry, d.entry] }));
  assert.ok(unsettled);
  await auditor.audit.mend({ findings: [unsettled], subscribers: ['billing'] });
  assert.deepEqual(await given.redis.zrange('relay:{carrier}:open:billing', '0', '-1'), [a.entry, d.entry]);
});

test('a message that somebody deleted before it was read is found; once its cursor has come past, it counts as discarded', async () => {
  const ids = await keepAll(journal, 'carrier', ['a', 'b', 'c', 'd']);
  const [, ms, sequence] = /-(\d+)-(\d+)-[^-]+$/.exec(ids[2] ?? '') ?? [];
  await given.redis.xdel(log, `${ms}-${sequence}`);
  assert.deepEqual(await auditor.kinds(), { 'unread-missing': 1 });
  assert.equal(await auditor.mend(), 0);
  for (const delivery of await journal.read('billing', ['carrier'], 9)) await settle(journal, delivery, delivered);
  assert.deepEqual(await auditor.kinds(), { difference: 1, 'read-missing': 1 });
  await auditor.mend();
  assert.deepEqual(await auditor.kinds(), { 'read-missing': 1 });
  assert.deepEqual(await booksNow(), books({ read: 4, delivered: 3, discarded: 1 }));
});

test('the newest messages that somebody deleted are missed, too', async () => {
  await keepAll(journal, 'carrier', ['a', 'b']);
  const [newest] = await given.redis.xrevrange(log, '+', '-', 'COUNT', 1);
  await given.redis.xdel(log, newest?.[0] ?? '');
  assert.deepEqual(await auditor.kinds(), { 'unread-missing': 1 });
  for (const delivery of await journal.read('billing', ['carrier'], 9)) await settle(journal, delivery, delivered);
  assert.deepEqual(await auditor.kinds(), { difference: 1, 'read-missing': 1 });
  await auditor.mend();
  assert.deepEqual(await booksNow(), books({ read: 2, delivered: 1, discarded: 1 }));
});

test('an open delivery whose body is gone is found, and discarded', async () => {
  const [a] = await kept(['a', 'b'], 1);
  assert.ok(a);
  await settle(journal, a, open);
  await given.redis.xdel(log, a.entry);
  assert.deepEqual((await auditor.kinds())['no-body'], 1);
  await auditor.mend();
  assert.deepEqual(await auditor.kinds(), {});
  assert.deepEqual(await booksNow(), books({ read: 1, discarded: 1, waiting: 1 }));
});

test('a pending delivery that nobody refreshes is found and handed back to whoever claims next', async () => {
  const [a, b] = await kept(['a', 'b'], 2);
  assert.ok(a && b);
  await silence(given.redis, 'carrier', 'billing', 'worker-1', [a.entry]);
  assert.deepEqual(await auditor.kinds(), { stranded: 1 });
  assert.equal(await auditor.mend(), 1);
  assert.deepEqual(await auditor.look(), []);
  const other = given.journal({ consumer: 'worker-2' });
  const claimed = await other.claim('carrier', 'billing', { count: 9, carried: new Set(), abandoned: true });
  assert.deepEqual(textsOf(claimed), ['a']);
});

test('a body that is held for too few is held for all who have it open, and one that nobody wants goes', async () => {
  const deliveries = await kept(['a', 'b', 'c'], 3);
  for (const delivery of deliveries) await settle(journal, delivery, open);
  const [a, b] = deliveries;
  assert.ok(a && b);
  await given.redis.hset(`relay:{carrier}:held:${a.entry}`, 'b', 'a', 'm', '[]', 'n', '1', 'wanted', '0');
  await given.redis.hset(`relay:{carrier}:held:${b.entry}`, 'b', 'b', 'm', '[]', 'n', '2', 'wanted', '2');
  await given.redis.hset('relay:{carrier}:held:1-1', 'b', 'x', 'm', '[]', 'n', '9', 'wanted', '1');
  assert.deepEqual(await auditor.kinds(), { 'held-for-fewer': 1, 'held-for-more': 2 });
  assert.equal(await auditor.mend(), 3);
  assert.deepEqual(await auditor.look(), []);
  assert.equal(await given.redis.hget(`relay:{carrier}:held:${a.entry}`, 'wanted'), '1');
  assert.equal(await given.redis.exists('relay:{carrier}:held:1-1'), 0);
});

test('a cursor that somebody deleted is made again where it was', async () => {
  const [a] = await kept(['a', 'b'], 1);
  assert.ok(a);
  await settle(journal, a, delivered);
  await journal.trim('carrier', ['billing']);
  await given.redis.xgroup('DESTROY', log, 'billing');
  assert.deepEqual(await auditor.kinds(), { 'no-cursor': 1 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  assert.deepEqual(textsOf(await journal.read('billing', ['carrier'], 9)), ['b']);
});

test('books that somebody deleted begin anew, and what was left lying is handed back first', async () => {
  const [a, b] = await kept(['a', 'b', 'c'], 3);
  assert.ok(a && b);
  await settle(journal, a, delivered);
  await given.redis.xack(log, 'billing', b.entry);
  await given.redis.del('relay:{carrier}:cursor:billing');
  assert.deepEqual(await auditor.kinds(), { 'no-books': 1, unsettled: 1 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  assert.deepEqual(await booksNow(), books({ read: 2, open: 1, pending: 1 }));
});

test('a cursor that somebody set back reads once more, and its books add up again', async () => {
  for (const delivery of await kept(['a', 'b', 'c'], 3)) await settle(journal, delivery, delivered);
  await given.redis.xgroup('SETID', log, 'billing', '0');
  assert.deepEqual(await auditor.kinds(), { difference: -3 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  for (const delivery of await journal.read('billing', ['carrier'], 9)) await settle(journal, delivery, delivered);
  assert.deepEqual(await auditor.look(), []);
});

test('messages that somebody skipped by setting a cursor forward are made open and due', async () => {
  await keepAll(journal, 'carrier', ['a', 'b']);
  await given.redis.xgroup('SETID', log, 'billing', '$');
  assert.deepEqual(await auditor.kinds(), { difference: 2, unsettled: 2 });
  await auditor.mend();
  assert.deepEqual(await auditor.look(), []);
  assert.equal(await openNow(), 2);
});

test('a dead letter that came without its message is found', async () => {
  const [a] = await kept(['a', 'b'], 1);
  assert.ok(a);
  await given.redis.xdel(log, a.entry);
  await settle(journal, a, dead);
  assert.deepEqual((await auditor.kinds())['empty-letter'], 1);
});

test('ordinals that are given out a second time are found', async () => {
  await keepAll(journal, 'carrier', ['a', 'b', 'c']);
  await given.redis.hset('relay:{carrier}:totals', 'kept', '1');
  await keepAll(journal, 'carrier', ['d', 'e']);
  assert.deepEqual((await auditor.kinds())['repeated-ordinal'], 1);
});

test('a cursor that no configuration names is a note, and so are its books once it is gone', async () => {
  await keepAll(journal, 'carrier', ['a']);
  assert.deepEqual(await auditor.kinds([]), { orphan: 1 });
  await given.redis.xgroup('DESTROY', log, 'billing');
  assert.deepEqual(await auditor.kinds([]), { 'left-over': 1 });
});

test('what a subscriber did not get before it was there is no business of its cursor', async () => {
  await keepAll(journal, 'carrier', ['a', 'b']);
  await journal.apply([planOf('carrier', ['billing', 'audit'])]);
  await keepAll(journal, 'carrier', ['c']);
  const [c] = await journal.read('audit', ['carrier'], 9);
  assert.ok(c);
  await given.redis.xack(log, 'audit', c.entry);
  const look = await auditor.look(['billing', 'audit']);
  assert.deepEqual(look.find(({ kind }) => kind === 'unsettled')?.entries, [c.entry]);
});

test('a long log is walked in steps, with what is unsettled at any place of it', async () => {
  const texts = [...Array(1_300).keys()].map((number) => `message ${number}`);
  await Promise.all(texts.map((text) => keepAll(journal, 'carrier', [text])));
  const deliveries = await journal.read('billing', ['carrier'], texts.length);
  const lost = deliveries.filter((_, i) => i % 400 === 7);
  await Promise.all(deliveries.filter((one) => !lost.includes(one)).map((one) => settle(journal, one, delivered)));
  await given.redis.xack(log, 'billing', ...lost.map(({ entry }) => entry));
  const look = await auditor.look();
  assert.deepEqual(
    look.find(({ kind }) => kind === 'unsettled')?.entries,
    lost.map(({ entry }) => entry),
  );
});

test('a log that is trimmed while it is walked has no gaps', async () => {
  const texts = [...Array(1_300).keys()].map((number) => `message ${number}`);
  await Promise.all(texts.map((text) => keepAll(journal, 'carrier', [text])));
  const audited = { endpoint: 'carrier', subscribers: ['billing'] };
  const sums = await auditor.audit.sums(audited);
  let steps = 0;
  const trimming: Promise<unknown>[] = [];
  const { findings } = await auditor.audit.deep(audited, sums, await auditor.audit.leftKeys(), () => {
    steps += 1;
    if (steps === 1) trimming.push(given.redis.xtrim(log, 'MAXLEN', 300));
  });
  await Promise.all(trimming);
  assert.ok(steps > 1);
  assert.deepEqual(
    findings.filter(({ kind }) => kind.endsWith('missing')),
    [],
  );
});

test('an endpoint without a log has nothing amiss', async () => {
  const audited = { endpoint: 'unheard-of', subscribers: ['billing'] };
  const sums = await auditor.audit.sums(audited);
  const look = await auditor.audit.deep(audited, sums, await auditor.audit.leftKeys(), () => undefined);
  assert.deepEqual([...sums.findings, ...look.findings], []);
});
