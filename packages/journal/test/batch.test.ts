import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BatchLimits, createBatched } from '../src/batch.ts';

const limits: BatchLimits<string> = {
  batches: 1,
  items: 3,
  bytes: 100,
  sizeOf: (item) => item.length,
  groupOf: () => '',
};

/** Batches that carry each letter out as a capital, and remember how they were cut. */
function recording(changes: Partial<BatchLimits<string>> = {}) {
  const batches: (readonly string[])[] = [];
  const batched = createBatched(
    async (items: readonly string[]) => {
      batches.push(items);
      return items.map((item) => item.toUpperCase());
    },
    { ...limits, ...changes },
  );
  return { batches, batched };
}

test('an idle one starts at once and alone; what arrives meanwhile goes together', async () => {
  const { batches, batched } = recording();
  await Promise.all(['a', 'b', 'c'].map(batched));
  assert.deepEqual(batches, [['a'], ['b', 'c']]);
});

test('a batch holds no more items than the limit', async () => {
  const { batches, batched } = recording();
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(batched));
  assert.deepEqual(batches, [['a'], ['b', 'c', 'd'], ['e', 'f']]);
});

test('a batch holds no more bytes than the limit, but always one item', async () => {
  const { batches, batched } = recording({ bytes: 4 });
  await Promise.all(['a', 'bb', 'cc', 'd', 'far too long', 'e'].map(batched));
  assert.deepEqual(batches, [['a'], ['bb', 'cc'], ['d'], ['far too long'], ['e']]);
});

test('a batch that fails fails each of its items, and the next one goes on', async () => {
  let number = 0;
  const batched = createBatched(async (items: readonly string[]) => {
    number += 1;
    if (number === 2) throw new Error('broken');
    return items;
  }, limits);
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(batched));
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    ['a', 'broken', 'broken', 'broken', 'e'],
  );
});

test('no more batches are under way than allowed, and as many under load', async () => {
  let underWay = 0;
  let most = 0;
  const batched = createBatched(
    async (items: readonly number[]) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return items;
    },
    { ...limits, batches: 2, sizeOf: () => 1, groupOf: () => '' },
  );
  const numbers = [...Array(20).keys()];
  assert.deepEqual(await Promise.all(numbers.map(batched)), numbers);
  assert.equal(most, 2);
});

test('each item has its own answer, in the order it came, however they are cut', async () => {
  const texts = fc.array(fc.string({ maxLength: 8 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
      async (items, most, bytes) => {
        const { batches, batched } = recording({ items: most, bytes });
        assert.deepEqual(
          await Promise.all(items.map(batched)),
          items.map((item) => item.toUpperCase()),
        );
        assert.deepEqual(batches.flat(), items);
      },
    ),
  );
});

test('what may not go together never does, and waits for nobody else', async () => {
  const batches: (readonly string[])[] = [];
  const stuck = Promise.withResolvers<void>();
  const batched = createBatched(
    async (items: readonly string[]) => {
      batches.push(items);
      if (items.includes('a1')) await stuck.promise;
      return items;
    },
    { ...limits, groupOf: (item) => item.charAt(0) },
  );
  const waiting = ['a1', 'a2'].map(batched);
  assert.deepEqual(await Promise.all(['b1', 'b2', 'b3'].map(batched)), ['b1', 'b2', 'b3']);
  assert.deepEqual(batches, [['a1'], ['b1'], ['b2', 'b3']]);
  stuck.resolve();
  assert.deepEqual(await Promise.all(waiting), ['a1', 'a2']);
});
