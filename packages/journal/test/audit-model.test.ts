import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, EntryId, Settlement } from '@relay/core';
import fc from 'fast-check';
import type { Journal } from '../src/index.ts';
import { auditing, log } from './auditing.ts';
import { dead, delivered, givenRedis, keepAll, open, planOf, settle, skipped } from './given.ts';

const given = givenRedis();
const subscribers = ['billing', 'erp'];
const longMs = 24 * 60 * 60 * 1000;

/** One deed in the lives of a log's deliveries. `dice` choose which. */
interface Deed {
  readonly kind:
    | 'keep'
    | 'read'
    | 'settle'
    | 'settle late'
    | 'crash'
    | 'claim'
    | 'hand back'
    | 'trim'
    | 'lose the group';
  readonly subscriber: string;
  readonly dice: number;
}

/** What a person did in Redis. */
interface Damage {
  readonly kind: 'XACK' | 'DELCONSUMER' | 'DEL open' | 'DEL books' | 'DESTROY' | 'SETID $' | 'DEL totals of held';
  readonly subscriber: string;
  readonly dice: number;
}

const anyDeed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(
    ...(['keep', 'keep', 'read', 'read', 'settle', 'settle', 'settle', 'settle late'] as const),
    ...(['crash', 'claim', 'hand back', 'trim', 'lose the group'] as const),
  ),
  subscriber: fc.constantFrom(...subscribers),
  dice: fc.nat({ max: 1_000 }),
});

const anyDamage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('XACK', 'DELCONSUMER', 'DEL open', 'DEL books', 'DESTROY', 'SETID $', 'DEL totals of held'),
  subscriber: fc.constantFrom(...subscribers),
  dice: fc.nat({ max: 1_000 }),
});

/** What the test knows of the lives so far. */
interface Lives {
  readonly journal: Journal;
  readonly inFlight: Delivery[];
  readonly over: { readonly delivery: Delivery; readonly settlement: Settlement }[];
  retentionMs: number;
  kept: number;
}

async function begin(): Promise<Lives> {
  await given.redis.flushall();
  const lives: Lives = {
    journal: given.journal({ retentionMs: () => lives.retentionMs }),
    inFlight: [],
    over: [],
    retentionMs: longMs,
    kept: 0,
  };
  await lives.journal.apply([planOf('carrier', subscribers)]);
  return lives;
}

async function live(lives: Lives, { kind, subscriber, dice }: Deed): Promise<void> {
  const { journal, inFlight, over } = lives;
  const mine = inFlight.filter((delivery) => delivery.subscriber === subscriber);
  const one = mine[dice % Math.max(1, mine.length)];
  switch (kind) {
    case 'keep':
      lives.kept += 1;
      await keepAll(journal, 'carrier', [`message ${lives.kept}`]);
      return;
    case 'read':
      inFlight.push(...(await journal.read(subscriber, ['carrier'], 1 + (dice % 4))));
      return;
    case 'settle': {
      if (one === undefined) return;
      const settlement = [delivered, delivered, open, open, dead, skipped][dice % 6] ?? delivered;
      const isOpen = (await journal.open('carrier', subscriber, one.entry)) !== undefined;
      // An open delivery is never skipped: it was wanted.
      await settle(journal, one, settlement === skipped && isOpen ? delivered : settlement);
      if (settlement !== open) {
        inFlight.splice(inFlight.indexOf(one), 1);
        over.push({ delivery: one, settlement });
      }
      return;
    }
    case 'settle late': {
      const { delivery, settlement } = over[dice % Math.max(1, over.length)] ?? {};
      if (delivery !== undefined && settlement !== undefined) await settle(journal, delivery, settlement);
      return;
    }
    case 'crash':
      for (const delivery of mine) inFlight.splice(inFlight.indexOf(delivery), 1);
      return;
    case 'claim': {
      const carried = new Set(mine.map(({ entry }) => entry));
      inFlight.push(...(await journal.claim('carrier', subscriber, { count: 5, carried, abandoned: true })));
      return;
    }
    case 'hand back':
      if (one === undefined) return;
      await journal.handBack('carrier', subscriber, [one.entry]);
      inFlight.splice(inFlight.indexOf(one), 1);
      return;
    case 'trim':
      lives.retentionMs = dice % 2 === 0 ? longMs : 0;
      await journal.trim('carrier', subscribers);
      lives.retentionMs = longMs;
      return;
    case 'lose the group':
      await given.redis.xgroup('DESTROY', log, subscriber);
      await journal.apply([planOf('carrier', subscribers)]);
      return;
  }
}

async function damage({ kind, subscriber, dice }: Damage): Promise<void> {
  const { redis } = given;
  const cursor = `relay:{carrier}:cursor:${subscriber}`;
  switch (kind) {
    case 'XACK': {
      const pending = (await redis.xpending(log, subscriber, '-', '+', 100).catch(() => [])) as [string][];
      const [entry] = pending[dice % Math.max(1, pending.length)] ?? [];
      if (entry !== undefined) await redis.xack(log, subscriber, entry);
      return;
    }
    case 'DELCONSUMER':
      await redis.xgroup('DELCONSUMER', log, subscriber, 'worker-1').catch(() => undefined);
      return;
    case 'DEL open':
      await redis.del(`relay:{carrier}:open:${subscriber}`);
      return;
    // Without books and group nothing is known of a cursor any more.
    case 'DEL books':
      if (await hasGroup(subscriber)) await redis.del(cursor);
      return;
    case 'DESTROY':
      if ((await redis.hexists(cursor, 'base')) === 1) await redis.xgroup('DESTROY', log, subscriber);
      return;
    case 'SETID $':
      await redis.xgroup('SETID', log, subscriber, '$').catch(() => undefined);
      return;
    case 'DEL totals of held':
      for (const key of await redis.keys('relay:{carrier}:held:*')) await redis.hset(key, { wanted: dice % 3 });
      return;
  }
}

async function hasGroup(subscriber: string): Promise<boolean> {
  return ((await given.redis.xinfo('GROUPS', log)) as string[][]).some(([, name]) => name === subscriber);
}

/** What no repair can mend, and what is none of its business. */
const stays = ['untold', 'orphan', 'read-missing'];

/** Entries of the log of which nobody would ever hear again: neither over, open, pending nor still to be read. */
async function forgotten(lives: Lives, subscriber: string): Promise<EntryId[]> {
  const { redis } = given;
  const groups = (await redis.xinfo('GROUPS', log)) as string[][];
  const group = groups.find(([, name]) => name === subscriber) ?? [];
  const lastRead = group[group.indexOf('last-delivered-id') + 1] ?? '0-0';
  const passed = (await redis.xrange(log, '-', lastRead)).map(([entry]) => entry as EntryId);
  const over = new Set(
    lives.over.filter(({ delivery }) => delivery.subscriber === subscriber).map(({ delivery }) => delivery.entry),
  );
  const pending = (await redis.xpending(log, subscriber, '-', '+', 1_000)) as [EntryId][];
  const waits = new Set([
    ...pending.map(([entry]) => entry),
    ...(await redis.zrange(`relay:{carrier}:open:${subscriber}`, '0', '-1')),
  ]);
  return passed.filter((entry) => !over.has(entry) && !waits.has(entry));
}

test('however deliveries live, their books add up and nothing is amiss', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyDeed, { minLength: 5, maxLength: 40 }), async (deeds) => {
      const lives = await begin();
      for (const deed of deeds) await live(lives, deed);
      assert.deepEqual(await auditing(given.redis).look(subscribers), []);
      for (const subscriber of subscribers) assert.deepEqual(await forgotten(lives, subscriber), []);
    }),
    { numRuns: 60 },
  );
});

test('whatever a person destroys, a repair hands back what was lost, delivers nothing twice, and lets the books add up', async () => {
  const lifeThenDamage = fc.tuple(
    fc.array(anyDeed, { minLength: 10, maxLength: 40 }),
    fc.array(anyDamage, { minLength: 1, maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(lifeThenDamage, async ([deeds, damages]) => {
      const lives = await begin();
      for (const deed of deeds) await live(lives, deed);
      for (const one of damages) await damage(one);
      const auditor = auditing(given.redis);
      await auditor.mend(subscribers);
      const left = await auditor.look(subscribers);
      assert.deepEqual(
        left.filter(({ kind }) => !stays.includes(kind) && kind !== 'difference'),
        [],
      );
      const untold = new Set(left.filter(({ kind }) => kind === 'untold').map(({ subscriber }) => subscriber));
      for (const { kind, subscriber } of left) assert.ok(kind !== 'difference' || untold.has(subscriber));
      for (const subscriber of subscribers) {
        if (!untold.has(subscriber)) assert.deepEqual(await forgotten(lives, subscriber), []);
        const opened = await given.redis.zrange(`relay:{carrier}:open:${subscriber}`, '0', '-1');
        const over = lives.over.filter(({ delivery }) => delivery.subscriber === subscriber);
        const groupLost = deeds.some(({ kind }) => kind === 'lose the group');
        // Without books nobody knows what was skipped: rather deliver it.
        const booksLost = damages.some(({ kind }) => kind === 'DEL books');
        const twice = over.filter(
          ({ delivery, settlement }) => opened.includes(delivery.entry) && !(booksLost && settlement === skipped),
        );
        if (!groupLost) assert.deepEqual(twice, []);
      }
      assert.equal(await auditor.mend(subscribers), 0);
    }),
    { numRuns: 60 },
  );
});
