import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EntryId, type From, placeOf, type Settlement } from '@relay/core';
import fc from 'fast-check';
import {
  dead,
  delivered,
  givenMessage,
  givenRedis,
  keepOne,
  newToken,
  open,
  planOf,
  settle,
  silence,
  skipped,
} from './given.ts';
import {
  assertHolds,
  emptyModel,
  endpoint,
  type Model,
  newCursor,
  type Real,
  standingOf,
  type Worker,
} from './model.ts';

const given = givenRedis();
const log = `relay:{${endpoint}}:log`;
const longMs = 24 * 60 * 60 * 1000;
/** All that is kept is older than that at once. */
const agedMs = -60_000;
/** Sightings of one digest that the log remembers; the model remembers all. */
const fewSightings = 15;

type Step = fc.AsyncCommand<Model, Real>;

/** A step, after which everything must still hold. */
function step<Dice>(
  verb: string,
  dice: fc.Arbitrary<Dice>,
  run: (model: Model, real: Real, dice: Dice) => Promise<void>,
): fc.Arbitrary<Step> {
  return dice.map((thrown) => ({
    check: () => true,
    run: async (model, real) => {
      await run(model, real, thrown);
      await assertHolds(model, real);
    },
    toString: () => `${verb} ${fc.stringify(thrown)}`,
  }));
}

const number = fc.nat({ max: 1_000 });
const subscriber = fc.constantFrom('billing', 'billing', 'audit');
const aside = fc.record({ worker: number, subscriber });
const from: fc.Arbitrary<From['kind']> = fc.constantFrom('now', 'beginning', 'ago');
const settlement: fc.Arbitrary<Settlement> = fc.constantFrom(delivered, delivered, open, open, dead, skipped);

const keeping = [
  step('keep', fc.record({ worker: number, text: fc.constantFrom('a', 'b', 'c', 'd'), attempt: fc.nat(3) }), keep),
  step('keep others', fc.record({ worker: number, count: fc.integer({ min: 1, max: 6 }) }), keepOthers),
];
const reading = step('read', fc.record({ worker: number, subscriber, count: fc.integer({ min: 1, max: 6 }) }), read);
const settling = [
  step('settle', fc.record({ worker: number, which: number, settlement }), settleOne),
  step('settle all', fc.record({ worker: number, settlement }), settleAll),
];
const tending = [
  step('hand back', fc.record({ worker: number, which: number }), handBack),
  step('refresh', fc.record({ worker: number, which: number }), refresh),
  step('claim', aside, claim),
  step('claim the silent', aside, claimSilent),
  step('retire', aside, retire),
];
const trimming = [
  step('trim', fc.constant('nothing aged'), (model, real) => trim(model, real, longMs)),
  step('trim', fc.constant('all aged'), (model, real) => trim(model, real, agedMs)),
  step('give up', fc.constant('orphans'), giveUp),
];
const changing = [
  step('subscribe', fc.record({ subscriber, from, which: number }), subscribe),
  step('unsubscribe', subscriber, unsubscribe),
  step('apply', fc.constant('again'), (model, real) => applyAll(model, real)),
];

/** In the mix that wears most: messages are on their way when something happens to them. */
const steps = [
  fc.oneof(...keeping),
  reading,
  reading,
  ...settling,
  fc.oneof(...tending),
  fc.oneof(...trimming),
  fc.oneof(...changing),
  step('delete the group', subscriber, deleteGroup),
];

/** RELAY_SEED repeats a run that failed. */
const seed = Number(process.env.RELAY_SEED ?? Date.now() % 2 ** 31);

test('whatever happens in whatever order, the books add up and no message is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
      await given.redis.flushall();
      const real = newReal();
      const model = emptyModel();
      model.configured.set('billing', { kind: 'now' });
      await applyAll(model, real);
      await fc.asyncModelRun(() => ({ model, real }), commands);
    }),
    { numRuns: 200, seed },
  );
});

function newReal(): Real {
  const retention = { ms: longMs };
  const worker = (consumer: string): Worker => ({
    journal: given.journal({ consumer, retentionMs: () => retention.ms }),
    carried: [],
  });
  return { redis: given.redis, workers: [worker('worker-1'), worker('worker-2'), worker('worker-3')], retention };
}

async function applyAll(model: Model, { redis, workers }: Real): Promise<void> {
  const cursors = [...model.configured].map(([name, from]) => ({ subscriber: name, from }));
  for (const { journal } of workers) await journal.apply([{ ...planOf(endpoint), cursors }]);
  for (const name of model.configured.keys()) {
    if (!model.cursors.has(name)) model.cursors.set(name, newCursor((await standingOf(redis, [], name)).unread));
  }
}

async function keep(model: Model, real: Real, dice: { worker: number; text: string; attempt: number }): Promise<void> {
  const sightings = model.sightings.get(dice.text) ?? [];
  if (sightings.reduce((sum, { attempts }) => sum + attempts.size, 0) >= fewSightings) return;
  const known = sightings.find(({ attempts }) => dice.attempt === 0 || !attempts.has(dice.attempt));
  const message = givenMessage(dice.text, { vendorAttempt: dice.attempt === 0 ? undefined : dice.attempt });
  const keeping = await keepOne(workerOf(real, dice).journal, endpoint, message, newToken());
  assert.equal(keeping.fresh, known === undefined);
  if (known === undefined) {
    model.sightings.set(dice.text, [...sightings, { id: keeping.id, attempts: new Set([dice.attempt]) }]);
    owe(model, keeping.id);
  } else {
    assert.equal(keeping.id, known.id);
    known.attempts.add(dice.attempt);
  }
}

async function keepOthers(model: Model, real: Real, dice: { worker: number; count: number }): Promise<void> {
  const { journal } = workerOf(real, dice);
  const messages = [...Array(dice.count)].map(() => givenMessage(`other ${newToken()}`));
  const keepings = await Promise.all(messages.map((message) => keepOne(journal, endpoint, message, newToken())));
  for (const { id } of keepings) owe(model, id);
}

function owe(model: Model, id: string): void {
  const entry = placeOf(id)?.entry;
  assert.ok(entry);
  for (const cursor of model.cursors.values()) cursor.owed.add(entry);
}

async function read(
  model: Model,
  real: Real,
  dice: { worker: number; subscriber: string; count: number },
): Promise<void> {
  if (!model.configured.has(dice.subscriber)) return;
  const { journal, carried } = workerOf(real, dice);
  const deliveries = await journal.read(dice.subscriber, [endpoint], dice.count);
  carried.push(...deliveries);
  for (const { entry } of deliveries) model.cursors.get(dice.subscriber)?.final.delete(entry);
}

async function settleOne(
  model: Model,
  real: Real,
  dice: { worker: number; which: number; settlement: Settlement },
): Promise<void> {
  const worker = workerOf(real, dice);
  const delivery = worker.carried[dice.which % worker.carried.length];
  if (delivery !== undefined) await settleAndNote(model, real, worker, [delivery], dice.settlement);
}

async function settleAll(model: Model, real: Real, dice: { worker: number; settlement: Settlement }): Promise<void> {
  const worker = workerOf(real, dice);
  await settleAndNote(model, real, worker, worker.carried, dice.settlement);
}

/** Those that are pending or open are counted, whoever settles them; all others came too late. */
async function settleAndNote(
  model: Model,
  { redis, workers }: Real,
  { journal }: Worker,
  deliveries: Worker['carried'],
  settled: Settlement,
): Promise<void> {
  const ledgers = await workers[0].journal.ledger(endpoint);
  const unsettled = new Map<string, Set<string>>();
  for (const name of model.cursors.keys()) {
    const { pending, open: alsoOpen } = await standingOf(redis, ledgers, name);
    unsettled.set(name, new Set([...pending, ...alsoOpen]));
  }
  const counted = await Promise.all(deliveries.map((delivery) => settle(journal, delivery, settled)));
  for (const [i, { entry, subscriber: name }] of deliveries.entries()) {
    const left = unsettled.get(name);
    assert.equal(counted[i], left?.has(entry) ?? false, `${name}: ${entry} as ${settled.state}`);
    if (!counted[i] || settled.state === 'open') continue;
    left?.delete(entry);
    note(model, name, entry, settled.state);
  }
}

function note(model: Model, name: string, entry: EntryId, state: 'skipped' | 'delivered' | 'dead'): void {
  const cursor = model.cursors.get(name);
  assert.ok(cursor);
  assert.ok(!cursor.final.has(entry), `${name}: ${entry} was settled twice`);
  cursor.final.add(entry);
  cursor.settled.add(entry);
  cursor.counts[state] += 1;
}

async function handBack(_: Model, real: Real, dice: { worker: number; which: number }): Promise<void> {
  const { journal, carried } = workerOf(real, dice);
  const delivery = carried[dice.which % carried.length];
  if (delivery !== undefined && (await hasGroup(real, delivery.subscriber)))
    await journal.handBack(endpoint, delivery.subscriber, [delivery.entry]);
}

async function refresh(_: Model, real: Real, dice: { worker: number; which: number }): Promise<void> {
  const { journal, carried } = workerOf(real, dice);
  const delivery = carried[dice.which % carried.length];
  if (delivery !== undefined && (await hasGroup(real, delivery.subscriber)))
    await journal.refresh(endpoint, delivery.subscriber, [delivery.entry]);
}

async function claim(_: Model, real: Real, dice: { worker: number; subscriber: string }): Promise<void> {
  if (!(await hasGroup(real, dice.subscriber))) return;
  const { journal, carried } = workerOf(real, dice);
  const own = carried.filter(({ subscriber }) => subscriber === dice.subscriber).map(({ entry }) => entry);
  const claiming = { count: 3, carried: new Set(own), abandoned: true };
  carried.push(...(await journal.claim(endpoint, dice.subscriber, claiming)));
}

async function claimSilent(model: Model, real: Real, dice: { worker: number; subscriber: string }): Promise<void> {
  if (!(await hasGroup(real, dice.subscriber))) return;
  const { pending } = await standingOf(real.redis, await real.workers[0].journal.ledger(endpoint), dice.subscriber);
  const entries = [...pending] as EntryId[];
  if (entries.length > 0) await silence(real.redis, endpoint, dice.subscriber, 'worker-1', entries);
  await claim(model, real, dice);
}

async function retire(_: Model, real: Real, dice: { worker: number; subscriber: string }): Promise<void> {
  const { journal } = workerOf(real, dice);
  await journal.retire(endpoint, dice.subscriber, dice.worker % 2 === 0 ? 'mine' : { idleMs: 0 });
}

async function trim(model: Model, { workers, retention }: Real, retentionMs: number): Promise<void> {
  retention.ms = retentionMs;
  const { discarded } = await workers[0].journal.trim(endpoint, [...model.cursors.keys()]);
  retention.ms = longMs;
  assert.equal(discarded, 0);
}

/** Trims what is aged while nobody names the cursors of those that have left: they are gone with all they had. */
async function giveUp(model: Model, { workers, retention }: Real): Promise<void> {
  const [{ journal }] = workers;
  const leaving = [...model.cursors.keys()].filter((name) => !model.configured.has(name));
  const ledgers = (await journal.ledger(endpoint)).filter(({ subscriber: name }) => leaving.includes(name));
  // A group that somebody deleted after its subscriber had left is a person's doing, and not counted.
  if (ledgers.length < leaving.length) return;
  for (const name of leaving) model.cursors.delete(name);
  retention.ms = agedMs;
  const { discarded } = await journal.trim(endpoint, [...model.configured.keys()]);
  retention.ms = longMs;
  assert.equal(
    discarded,
    ledgers.reduce((sum, { waiting, pending, open: alsoOpen }) => sum + waiting + pending + alsoOpen, 0),
  );
}

async function subscribe(
  model: Model,
  real: Real,
  dice: { subscriber: string; from: From['kind']; which: number },
): Promise<void> {
  if (model.configured.has(dice.subscriber)) return;
  const entries = await real.redis.xrange(log, '-', '+');
  const [middle = ''] = entries[dice.which % entries.length] ?? [];
  const ms = Math.max(0, Date.now() - Number.parseInt(middle || '0', 10));
  model.configured.set(dice.subscriber, dice.from === 'ago' ? { kind: 'ago', ms } : { kind: dice.from });
  await applyAll(model, real);
}

async function unsubscribe(model: Model, real: Real, name: string): Promise<void> {
  model.configured.delete(name);
  await applyAll(model, real);
}

async function deleteGroup(_: Model, { redis }: Real, name: string): Promise<void> {
  await redis.xgroup('DESTROY', log, name);
}

async function hasGroup({ redis }: Real, name: string): Promise<boolean> {
  return ((await redis.xinfo('GROUPS', log)) as string[][]).some(([, group]) => group === name);
}

function workerOf({ workers }: Real, { worker }: { worker: number }): Worker {
  return workers[worker % workers.length] ?? workers[0];
}
