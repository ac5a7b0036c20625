import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EntryId } from '@relay/core';
import type { Journal, Led } from '../src/index.ts';
import { books, booksOf, delivered, givenRedis, keepAll, open, planOf, settle, textsOf } from './given.ts';

const given = givenRedis();
const lease = 'relay:{carrier}:lease:billing';

/** Two processes, and messages of these texts. */
async function givenTwo(texts: readonly string[]): Promise<{ one: Journal; other: Journal }> {
  const [one, other] = [given.journal({ consumer: 'one' }), given.journal({ consumer: 'other' })];
  for (const journal of [one, other]) await journal.apply([planOf('carrier')]);
  await keepAll(one, 'carrier', texts);
  return { one, other };
}

async function lead(journal: Journal, count: number, serial?: string) {
  const led = await journal.lead('carrier', 'billing', { serial, count });
  assert.ok(led.leads, 'another process leads');
  return led;
}

function leftIn(led: Led): (EntryId | string)[] {
  return led.leads ? (led.unsettled ?? []).map(({ entry }) => entry) : ['another process leads'];
}

suite('a lease', () => {
  test('whoever has it reads, and nobody else', async () => {
    const { one, other } = await givenTwo(['a', 'b', 'c']);
    const begun = await lead(one, 2);
    assert.deepEqual([begun.unsettled, begun.deliveries], [[], []]);
    const read = await lead(one, 2, begun.serial);
    assert.deepEqual([read.unsettled, textsOf(read.deliveries)], [undefined, ['a', 'b']]);
    const refused = await other.lead('carrier', 'billing', { serial: undefined, count: 2 });
    assert.ok(!refused.leads && refused.forMs > 10_000 && refused.forMs <= 15_000);
    assert.deepEqual(await booksOf(one, 'carrier'), books({ read: 2, pending: 2, waiting: 1 }));
  });

  test('every answer makes it last for longer', async () => {
    const { one } = await givenTwo([]);
    const { serial } = await lead(one, 0);
    await given.redis.pexpire(lease, 2_000);
    await lead(one, 0, serial);
    assert.ok((await given.redis.pttl(lease)) > 10_000);
  });

  test('the next one is told what is pending and open, in the order of the log, before it reads on', async () => {
    const { one, other } = await givenTwo(['a', 'b', 'c', 'd', 'e']);
    const { serial } = await lead(one, 0);
    const { deliveries, serial: last } = await lead(one, 4, serial);
    const [a, b, c, d] = deliveries;
    assert.ok(a && b && c && d);
    await settle(one, a, open);
    await settle(one, b, delivered);
    await one.stepDown('carrier', 'billing', last);

    const taken = await lead(other, 10);
    assert.deepEqual(taken.unsettled, [
      { entry: a.entry, dueAt: open.state === 'open' ? open.dueAt : 0 },
      { entry: c.entry, dueAt: undefined },
      { entry: d.entry, dueAt: undefined },
    ]);
    const pending = (await given.redis.call('XPENDING', 'relay:{carrier}:log', 'billing', '-', '+', 9)) as string[][];
    assert.deepEqual(new Set(pending.map(([, consumer]) => consumer)), new Set(['other']));
    assert.deepEqual(textsOf((await lead(other, 10, taken.serial)).deliveries), ['e']);
  });

  test('an answer that was lost is told again, before anything behind it', async () => {
    const { one } = await givenTwo(['a', 'b', 'c']);
    const { serial } = await lead(one, 0);
    const lost = await lead(one, 2, serial);
    const again = await lead(one, 2, serial);
    assert.deepEqual(
      leftIn(again),
      lost.deliveries.map(({ entry }) => entry),
    );
    assert.deepEqual(again.deliveries, []);
    assert.deepEqual(textsOf((await lead(one, 2, again.serial)).deliveries), ['c']);
  });

  test('it can be given up by its owner alone', async () => {
    const { one, other } = await givenTwo([]);
    const { serial } = await lead(one, 0);
    await other.stepDown('carrier', 'billing', serial);
    assert.equal(await given.redis.exists(lease), 1);
    await one.stepDown('carrier', 'billing', serial);
    assert.equal(await given.redis.exists(lease), 0);
  });

  // Lines that were replaced by others of the same process gave up the lease that those had just taken.
  test('it cannot be given up by whoever was answered before somebody else of the same process', async () => {
    const { one } = await givenTwo([]);
    const before = await lead(one, 0);
    const after = await lead(one, 0);
    await one.stepDown('carrier', 'billing', before.serial);
    assert.equal(await given.redis.exists(lease), 1);
    await one.stepDown('carrier', 'billing', after.serial);
    assert.equal(await given.redis.exists(lease), 0);
  });

  test('what a former one says too late is counted once, and passes no message over', async () => {
    const { one, other } = await givenTwo(['a', 'b']);
    const { serial } = await lead(one, 0);
    const [a, b] = (await lead(one, 2, serial)).deliveries;
    assert.ok(a && b);
    await given.redis.del(lease);
    await lead(other, 0);

    assert.equal(await settle(other, a, open), true);
    assert.equal(await settle(one, a, delivered), true);
    assert.deepEqual(await other.unsettled('carrier', 'billing', [a.entry]), []);
    assert.equal(await settle(other, a, delivered), false);

    assert.equal(await settle(one, b, open), true);
    const [again] = await other.unsettled('carrier', 'billing', [b.entry]);
    assert.equal(again?.attempts.count, 1);
    assert.equal(await settle(other, b, delivered), true);
    assert.deepEqual(await booksOf(one, 'carrier'), books({ read: 2, delivered: 2 }));
  });

  test('a cursor that Redis has lost is made again, and read from its beginning', async () => {
    const { one } = await givenTwo(['a']);
    const { serial } = await lead(one, 0);
    await given.redis.xgroup('DESTROY', 'relay:{carrier}:log', 'billing');
    const again = await lead(one, 5, serial);
    assert.deepEqual(textsOf((await lead(one, 5, again.serial)).deliveries), ['a']);
  });

  test('while Redis is full it is read all the same: what is delivered makes room', async () => {
    const { one } = await givenTwo(['a']);
    await given.redis.config('SET', 'maxmemory', '1');
    try {
      const { serial } = await lead(one, 0);
      assert.deepEqual(textsOf((await lead(one, 5, serial)).deliveries), ['a']);
    } finally {
      await given.redis.config('SET', 'maxmemory', '0');
    }
  });

  test('a lease whose key is broken says so, with the endpoint', async () => {
    const { one } = await givenTwo([]);
    await given.redis.hset(lease, 'no', 'text');
    await assert.rejects(one.lead('carrier', 'billing', { serial: undefined, count: 1 }), { code: 'LOG_BROKEN' });
  });
});
