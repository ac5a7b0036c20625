import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, EntryId, Settlement } from '@relay/core';
import fc from 'fast-check';
import {
  createDeadLetters,
  createReplays,
  createSkip,
  type DeadLetters,
  type Journal,
  type LetterId,
} from '../src/index.ts';
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
    | 'replay'
    | 'replay the dead'
    | 'discard the dead'
    | 'skip'
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
    ...(['replay', 'replay the dead', 'discard the dead', 'skip'] as const),
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
  readonly deadLetters: DeadLetters;
  readonly inFlight: Delivery[];
  readonly over: { readonly delivery: Delivery; readonly settlement: Settlement }[];
  /** What a person skipped, by subscriber and entry. */
  readonly skipped: Set<string>;
  retentionMs: number;
  kept: number;
}

async function begin(): Promise<Lives> {
  await given.redis.flushall();
  const lives: Lives = {
    journal: given.journal({ retentionMs: () => lives.retentionMs }),
    deadLetters: createDeadLetters({ redis: given.redis, retentionMs: longMs }),
    inFlight: [],
    over: [],
    skipped: new Set(),
    retentionMs: longMs,
    kept: 0,
  };
  await lives.journal.apply([planOf('carrier', subscribers)]);
  return lives;
}

async function live(lives: Lives, { kind, subscriber, dice }: Deed): Promise<void> {
  const { journal, deadLetters, inFlight, over } = lives;
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
    case 'replay': {
      const replays = createReplays({ redis: given.redis, retentionMs: longMs });
      const course = await replays.begin({ endpoint: 'carrier', subscriber, sinceMs: 0 });
      const looked = (await replays.ahead(course, 100)).map(({ entry }) => entry);
      const wanted = looked.filter((_, i) => (i + dice) % 3 === 0);
      const { replayed } = await replays.step(course, { looked, wanted });
      for (const { entry } of replayed) await reopened(lives, subscriber, entry);
      return;
    }
    case 'replay the dead':
      for (const { entry, replay } of await deadLetters.replay(
        'carrier',
        subscriber,
        await lettersOf(lives, subscriber),
      ))
        if (replay !== undefined) await reopened(lives, subscriber, entry);
      return;
    case 'discard the dead':
      await deadLetters.discard('carrier', subscriber, (await lettersOf(lives, subscriber)).slice(0, 1 + (dice % 3)));
      return;
    case 'skip':
      await skip(lives, subscriber, dice);
      return;
    case 'lose the group':
      await given.redis.xgroup('DESTROY', log, subscriber);
      await journal.apply([planOf('carrier', subscribers)]);
      return;
  }
}

async function lettersOf({ deadLetters }: Lives, subscriber: string): Promise<LetterId[]> {
  const { letters } = await deadLetters.list('carrier', subscriber, { count: 100 });
  return letters.map(({ letter }) => letter);
}

/** It is no longer over, and is on its way once more. */
async function reopened({ journal, inFlight, over, skipped: left }: Lives, subscriber: string, entry: EntryId) {
  const delivery = await journal.open('carrier', subscriber, entry);
  assert.ok(delivery, `${subscriber}: ${entry} is open without a body`);
  const others = over.filter((one) => one.delivery.subscriber !== subscriber || one.delivery.entry !== entry);
  over.splice(0, over.length, ...others);
  left.delete(`${subscriber} ${entry}`);
  inFlight.push(delivery);
}

async function skip(lives: Lives, subscriber: string, dice: number): Promise<void> {
  const entries = (await given.redis.xrange(log, '-', '+')).map(([entry]) => entry);
  const instant = dice % 2 === 0 ? Date.now() + longMs : Number.parseInt(entries[dice % entries.length] ?? '0', 10);
  const before = await unsettledOf(subscriber);
  const counts = await createSkip({ redis: given.redis, retentionMs: longMs }).discard('carrier', subscriber, instant);
  const after = await unsettledOf(subscriber);
  const gone = before.difference(after);
  assert.equal(counts.waiting + counts.pending + counts.open, gone.size);
  for (const entry of gone) {
    assert.ok(Number.parseInt(entry, 10) < instant);
    lives.skipped.add(`${subscriber} ${entry}`);
  }
}

/** What waits, is pending or is open. */
async function unsettledOf(subscriber: string): Promise<Set<string>> {
  const group = ((await given.redis.xinfo('GROUPS', log)) as string[][]).find(([, name]) => name === subscriber) ?? [];
  const lastRead = group[group.indexOf('last-delivered-id') + 1] ?? '0-0';
  const unread = (await given.redis.xrange(log, `(${lastRead}`, '+')).map(([entry]) => entry);
  const pending = (await given.redis.xpending(log, subscriber, '-', '+', 1_000)) as [string][];
  const waiting = await given.redis.zrange(`relay:{carrier}:open:${subscriber}`, '0', '-1');
  return new Set([...unread, ...pending.map(([entry]) => entry), ...waiting]);
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
  return passed.filter(
    (entry) => !over.has(entry) && !waits.has(entry) && !lives.skipped.has(`${subscriber} ${entry}`),
  );
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
