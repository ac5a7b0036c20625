import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backlog, type Comparison, compare, durability, isolation, outage, sizing } from '../src/comparison.ts';
import type { Figures } from '../src/figures.ts';
import { createOurs } from '../src/ours.ts';
import { weighSources } from '../src/sizing-sources.ts';
import { quickSizes } from '../src/trial.ts';

const { signal } = new AbortController();
const sizes = {
  ...quickSizes,
  warmUpMs: 200,
  acceptMs: 200,
  deliveries: 200,
  leastBacklog: 20,
  leastLoad: 20,
  steadyMs: 100,
};

async function figuresOf(comparison: Comparison): Promise<Figures[]> {
  const compared = await compare(comparison, { rounds: 1, fsync: 'everysec', sizes, signal, onStep: () => {} });
  return compared.sides.map(({ figures }) => figures);
}

/** One side of a comparison. */
function only(comparison: Comparison, name: string): Comparison {
  return { ...comparison, sides: comparison.sides.filter((side) => side.name === name) };
}

test('what waits for a subscriber that stands still reaches it in the end, and the others meanwhile', {
  timeout: 120_000,
}, async () => {
  const [waiting, none] = await figuresOf(backlog(createOurs(), 300));
  for (const figures of [waiting, none]) {
    assert.deepEqual([figures?.refused, figures?.lost, figures?.repeated], [0, 0, 0]);
    assert.ok((figures?.standingDrainSeconds ?? 0) > 0);
  }
  assert.equal(waiting?.waitingMessages, 300);
  assert.ok((waiting?.waitingBytes ?? 0) > 600);
  assert.equal(none?.waitingMessages, undefined);
});

test('with a replica to wait for and each write synced, all goes to the log', { timeout: 120_000 }, async () => {
  const sides = await figuresOf(only(durability(createOurs()), 'always, replicas: 1'));
  assert.equal(sides.length, 1);
  for (const { acceptedPerSecond, steadyAckP99Ms, spooled, refused } of sides) {
    assert.ok((acceptedPerSecond ?? 0) > 0);
    assert.ok((steadyAckP99Ms ?? 0) > 0);
    assert.deepEqual([spooled, refused], [0, 0]);
  }
});

test('a message weighs more than its body, and more yet once it has an end', { timeout: 120_000 }, async () => {
  const sides = await figuresOf(only(sizing(createOurs(), 1), '10 KB'));
  assert.equal(sides.length, 1);
  for (const { waitingBytes = 0, deliveredBytes = 0, openBytes = 0, deadBytes = 0 } of sides) {
    assert.ok(waitingBytes > 10_000);
    for (const bytes of [deliveredBytes, openBytes, deadBytes]) assert.ok(bytes > waitingBytes);
  }
});

test('a message of every source weighs more than its body', { timeout: 60_000 }, async () => {
  const compared = await weighSources({ requests: 100, onStep: () => {}, signal });
  assert.ok(compared.length > 0);
  for (const { sides } of compared) {
    const { bodyBytes = Number.NaN, waitingBytes = 0 } = sides[0]?.figures ?? {};
    assert.ok(waitingBytes > bodyBytes);
  }
});

test('healthy subscribers get everything beside some that take nothing', { timeout: 120_000 }, async () => {
  const [figures] = await figuresOf(only(isolation([createOurs()]), 'ours, beside 4 in trouble'));
  assert.deepEqual([figures?.refused, figures?.lost, figures?.repeated], [0, 0, 0]);
  assert.ok((figures?.deliveredP99Ms ?? 0) > 0);
});

test('one that is down while messages come has them all once it is back, and was tried a few times only', {
  timeout: 120_000,
}, async () => {
  const [figures] = await figuresOf(only(outage(createOurs(), 1_000), 'it is down'));
  const { waitingMessages, refusedAttempts = 0, standingDrainSeconds = 0, refused, lost } = figures ?? {};
  assert.deepEqual([waitingMessages, refused, lost], [1_000, 0, 0]);
  assert.ok(refusedAttempts >= 10 && refusedAttempts < 100, `${refusedAttempts} attempts`);
  assert.ok(standingDrainSeconds > 0);
});
