import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Spool, SpoolRecord } from '../src/index.ts';
import { crashed, drainAll, type GivenSpool, givenSpool, namesIn, never, segmentsIn } from './given.ts';
import { recordOf } from './records.ts';

/** What has to be true of a spool, and the spool. */
interface World {
  spool: GivenSpool;
  /** Acknowledged and not taken, in order. */
  kept: string[];
  /** Taken: a crash may bring them back. */
  readonly taken: Set<string>;
  /** Records made so far; names their number. */
  made: number;
}

type Step = (world: World) => Promise<void>;

const bodyBytes = fc.oneof(fc.nat({ max: 40 }), fc.constant(3_000), fc.constant(300_000));
const records = fc.array(bodyBytes, { minLength: 1, maxLength: 6 });
/** Whereabouts, as a part of the whole. */
const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const atOnce = fc.integer({ min: 1, max: 5 });
const harm = fc.constantFrom('cut', 'zeros', 'flip');
type Harm = 'cut' | 'zeros' | 'flip';

const step: fc.Arbitrary<Step> = fc.oneof(
  named('append', fc.record({ sizes: records, together: fc.boolean() }), append),
  named('append', fc.record({ sizes: records, together: fc.boolean() }), append),
  named('drain', fc.record({ atOnce, refused: fc.array(fc.nat({ max: 12 }), { maxLength: 3 }) }), drain),
  named('abort', fc.record({ atOnce, after: fc.nat({ max: 8 }) }), abort),
  named('reopen', fc.constant(undefined), reopen),
  named('crash while appending', fc.record({ sizes: records, harm, at: part }), crashWhileAppending),
  named('crash while draining', fc.record({ atOnce, at: fc.nat({ max: 8 }) }), crashWhileDraining),
);

function named<Dice>(verb: string, dice: fc.Arbitrary<Dice>, run: (world: World, dice: Dice) => Promise<void>) {
  return dice.map((thrown): Step => {
    const one = (world: World) => run(world, thrown);
    return Object.assign(one, { [fc.toStringMethod]: () => `${verb} ${fc.stringify(thrown)}` });
  });
}

test('whatever happens, nothing acknowledged is lost, and the order is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world: World = { spool: await givenSpool(), kept: [], taken: new Set(), made: 0 };
      for (const one of steps) {
        await one(world);
        assertHolds(world);
      }
      await whatACrashLeaves(world);
      assert.deepEqual(await drainAll(world.spool), world.kept);
      world.kept = [];
      assertHolds(world);
      await world.spool.close();
    }),
    { numRuns: 100 },
  );
});

function assertHolds({ spool, kept }: World): void {
  const { messages, bytes, oldestAt } = spool.depth();
  assert.equal(messages, kept.length);
  assert.equal(bytes > 0, kept.length > 0);
  assert.equal(oldestAt, kept[0] === undefined ? undefined : Number(kept[0]));
}

function make(world: World, size: number): SpoolRecord {
  const number = world.made++;
  return recordOf(String(number), { body: Buffer.alloc(size, number), receivedAt: number });
}

async function append(world: World, { sizes, together }: { sizes: readonly number[]; together: boolean }) {
  const made = sizes.map((size) => make(world, size));
  if (together) await Promise.all(made.map(world.spool.append));
  else for (const one of made) await world.spool.append(one);
  world.kept.push(...made.map(({ token }) => token));
}

async function drain(world: World, { atOnce, refused }: { atOnce: number; refused: readonly number[] }) {
  const { handed, taken, gone } = await drainUntil(world.spool, atOnce, (place) => refused.includes(place));
  assert.deepEqual(handed, world.kept.slice(0, handed.length));
  assert.equal(gone, taken.length);
  forget(world, taken);
  assert.equal(world.kept.length === 0, handed.length === taken.length);
}

/** Hands out records; those at the refused places are not taken. */
async function drainUntil(spool: Spool, atOnce: number, refuses: (place: number) => boolean, signal = never) {
  const handed: string[] = [];
  const taken: string[] = [];
  const take = async ({ token }: SpoolRecord) => {
    const place = handed.push(token) - 1;
    await new Promise(setImmediate);
    if (refuses(place)) throw new Error('not taken');
    taken.push(token);
  };
  const gone = await spool.drain(take, { atOnce, signal });
  return { handed, taken, gone };
}

function forget(world: World, names: readonly string[]): void {
  for (const name of names) world.taken.add(name);
  world.kept = world.kept.filter((name) => !names.includes(name));
}

async function abort(world: World, { atOnce, after }: { atOnce: number; after: number }) {
  const ending = new AbortController();
  const endAt = (place: number) => {
    if (place === after) ending.abort();
    return false;
  };
  const { handed, taken } = await drainUntil(world.spool, atOnce, endAt, ending.signal);
  assert.deepEqual(taken, handed);
  assert.ok(handed.length <= after + atOnce);
  forget(world, taken);
}

async function reopen(world: World) {
  const { directory } = world.spool;
  await world.spool.close();
  world.spool = await givenSpool({ directory });
  world.kept = await whatACrashLeaves(world);
}

/** Only what lies behind the last acknowledged record is harmed: the disk keeps what it has synced. */
async function crashWhileAppending(world: World, dice: { sizes: readonly number[]; harm: Harm; at: number }) {
  const { directory } = world.spool;
  const synced = new Map(segmentsIn(directory).map((path) => [basename(path), statSync(path).size]));
  const made = dice.sizes.map((size) => make(world, size));
  await Promise.all(made.map(world.spool.append));
  const left = crashed(directory);
  for (const path of segmentsIn(left)) harmBehind(path, synced.get(basename(path)) ?? 0, dice);
  await goOnIn(world, left);
  if (dice.harm === 'cut') assert.deepEqual(world.spool.troubles, []);
  world.kept = await whatACrashLeaves(
    world,
    made.map(({ token }) => token),
  );
}

function harmBehind(path: string, synced: number, { harm, at }: { harm: Harm; at: number }): void {
  const bytes = readFileSync(path);
  if (bytes.length === synced) return;
  const place = synced + Math.floor((bytes.length - synced) * at);
  if (harm === 'zeros') bytes.fill(0, place);
  if (harm === 'flip') bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place);
  writeFileSync(path, harm === 'cut' ? bytes.subarray(0, place) : bytes);
}

async function crashWhileDraining(world: World, { atOnce, at }: { atOnce: number; at: number }) {
  let left: string | undefined;
  let takenThen: string[] = [];
  const taken: string[] = [];
  const take = async ({ token }: SpoolRecord) => {
    if (taken.length >= at && left === undefined) {
      left = crashed(world.spool.directory);
      takenThen = [...taken];
    }
    taken.push(token);
  };
  await world.spool.drain(take, { atOnce, signal: never });
  forget(world, left === undefined ? taken : takenThen);
  if (left === undefined) return;
  await goOnIn(world, left);
  world.kept = await whatACrashLeaves(world);
}

async function goOnIn(world: World, directory: string): Promise<void> {
  await world.spool.close();
  world.spool = await givenSpool({ directory });
}

/** All that was kept has to be there, in order; what was taken, or never acknowledged, may be. */
async function whatACrashLeaves(world: World, perhaps: readonly string[] = []): Promise<string[]> {
  const left = await namesIn(world.spool.directory);
  const kept = new Set(world.kept);
  assert.deepEqual(
    left.filter((name) => kept.has(name)),
    world.kept,
  );
  const unexpected = left.filter((name) => !kept.has(name) && !world.taken.has(name) && !perhaps.includes(name));
  assert.deepEqual(unexpected, []);
  return left;
}
