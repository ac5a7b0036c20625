import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@relay/testkit';
import { inTurns } from '../src/in-turns.ts';

const { signal: stopping } = new AbortController();
const options = { perSecond: undefined, concurrency: 2, stopping };

test('items are begun with in their order, no more of them at a time than may', async () => {
  const begun: number[] = [];
  let [underWay, most] = [0, 0];
  await inTurns([1, 2, 3, 4, 5], options, async (item) => {
    begun.push(item);
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

test('what is aside holds nobody up', async () => {
  const others = Promise.withResolvers<void>();
  const over: number[] = [];
  await inTurns([1, 2, 3], { ...options, concurrency: 1 }, async (item, { aside }) => {
    if (item === 1) await aside(() => others.promise);
    if (item === 3) others.resolve();
    over.push(item);
  });
  assert.deepEqual(over, [2, 3, 1]);
});

test('one that fails stops the others, and is thrown when they are over', async () => {
  const begun: number[] = [];
  let ended = false;
  const acting = inTurns([1, 2, 3], options, async (item, turn) => {
    begun.push(item);
    if (item === 2) throw new Error('the second fails');
    await eventually('it is told to stop', () => turn.stopping.aborted);
    ended = true;
  });
  await assert.rejects(acting, /the second fails/);
  assert.ok(ended);
  assert.deepEqual(begun, [1, 2]);
});

test('one that fails while it is aside leaves its place to others', async () => {
  const failing = inTurns([1, 2], { ...options, concurrency: 1 }, async (_, { aside }) => {
    await aside(() => Promise.reject(new Error('aside')));
  });
  await assert.rejects(failing, /aside/);
});

test('items that cannot be made up fail it when what was begun is over', async () => {
  let ended = false;
  function* items() {
    yield 1;
    throw new Error('no second one');
  }
  const acting = inTurns(items(), options, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    ended = true;
  });
  await assert.rejects(acting, /no second one/);
  assert.ok(ended);
});

test('nothing is begun after a stop', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  await inTurns([1, 2, 3], { ...options, concurrency: 1, stopping: stop.signal }, async (item) => {
    begun.push(item);
    stop.abort();
  });
  assert.deepEqual(begun, [1]);
});

test('a stop before the next turn comes lets what is aside end', async () => {
  const stop = new AbortController();
  const over: number[] = [];
  await inTurns(
    [1, 2],
    { perSecond: 0.001, concurrency: 1, stopping: stop.signal },
    async (item, { stopping, aside }) => {
      setImmediate(() => stop.abort());
      await aside(() => eventually('it is told to stop', () => stopping.aborted));
      over.push(item);
    },
  );
  assert.deepEqual(over, [1]);
});
