import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createSlots, type Slots } from '../src/slots.ts';

/** Retries that want a place, one after the other as they get it. */
function heapOfRetries(slots: Slots, count: number) {
  const places: (() => void)[] = [];
  for (let i = 0; i < count; i += 1) void slots.takeForRetry().then((release) => places.push(release));
  return places;
}

/** First attempts that want every place they can get, as the forward loop does. */
function backlog(slots: Slots) {
  const state = { taken: 0, stopped: false };
  const run = async () => {
    while (!state.stopped) {
      const count = slots.takeFree(100);
      state.taken += count;
      if (count === 0) await slots.changed();
    }
  };
  return { state, ended: run() };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

suite('slots', () => {
  test('no more places are taken than there are', () => {
    const slots = createSlots(3);
    assert.equal(slots.takeFree(2), 2);
    assert.equal(slots.takeFree(5), 1);
    assert.equal(slots.takeFree(1), 0);
    slots.release(2);
    assert.equal(slots.takeFree(5), 2);
  });

  for (const [limit, most] of [
    [1, 1],
    [2, 1],
    [3, 1],
    [7, 1],
    [16, 4],
    [100, 25],
  ] as const) {
    test(`of ${limit} places retries have ${most} at once, and first attempts the others`, async () => {
      const slots = createSlots(limit);
      const places = heapOfRetries(slots, 200);
      await turn();
      assert.equal(places.length, most);
      assert.equal(slots.takeFree(200), limit - most);
      places[0]?.();
      await turn();
      assert.equal(places.length, most + 1);
    });
  }

  test('the place that comes free is a retry’s before it is for what was not read yet', async () => {
    const slots = createSlots(4);
    assert.equal(slots.takeFree(10), 4);
    const places = heapOfRetries(slots, 1);
    const { state, ended } = backlog(slots);
    slots.release();
    await turn();
    assert.deepEqual([places.length, state.taken], [1, 0]);
    state.stopped = true;
    slots.nudge();
    await ended;
  });

  // With a heap of retries that each hung to the time-out, what was new used to wait for all of them.
  test('a single place goes from retries to first attempts and back while both wait for it', async () => {
    const slots = createSlots(1);
    const places = heapOfRetries(slots, 10);
    await turn();
    const { state, ended } = backlog(slots);
    for (let round = 1; round <= 5; round += 1) {
      assert.deepEqual([places.length, state.taken], [round, round - 1]);
      places[round - 1]?.();
      await turn();
      assert.deepEqual([places.length, state.taken], [round, round]);
      slots.release();
      await turn();
    }
    state.stopped = true;
    slots.nudge();
    await ended;
  });

  test('a single place that first attempts leave goes to the next retry', async () => {
    const slots = createSlots(1);
    const places = heapOfRetries(slots, 2);
    const changed = slots.changed();
    await turn();
    places[0]?.();
    await changed;
    await turn();
    assert.equal(places.length, 2);
  });

  test('a place is given back once', async () => {
    const slots = createSlots(2);
    const release = await slots.takeForRetry();
    release();
    release();
    assert.equal(slots.takeFree(5), 2);
  });

  test('fewer places: what is taken stays taken, and nothing is free until enough came back', () => {
    const slots = createSlots(3);
    slots.takeFree(3);
    slots.resize(1);
    slots.release(2);
    assert.equal(slots.takeFree(1), 0);
    slots.release();
    assert.equal(slots.takeFree(1), 1);
  });

  test('more places: whoever waits is served, and told', async () => {
    const slots = createSlots(1);
    slots.takeFree(1);
    const [waiting, changed] = [slots.takeForRetry(), slots.changed()];
    slots.resize(2);
    await Promise.all([waiting, changed]);
  });
});
