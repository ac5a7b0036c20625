import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { windowOf } from '../src/index.ts';

const second = 1_000;
const hour = 3_600_000;

suite('the window of a rate', () => {
  test('is short, so that nothing goes out in one go', () => {
    assert.deepEqual(windowOf({ count: 50, perMs: second }), { count: 5, ms: 100 });
    assert.deepEqual(windowOf({ count: 1_000, perMs: second }), { count: 100, ms: 100 });
    assert.deepEqual(windowOf({ count: 600, perMs: 60 * second }), { count: 1, ms: 100 });
  });

  test('is as long as it takes for one attempt to be allowed', () => {
    assert.deepEqual(windowOf({ count: 1, perMs: hour }), { count: 1, ms: hour });
    assert.deepEqual(windowOf({ count: 7, perMs: second }), { count: 1, ms: 143 });
  });

  test('never allows more than the rate, and hardly less', () => {
    const rate = fc.record({
      count: fc.integer({ min: 1, max: 100_000 }),
      perMs: fc.constantFrom(second, 60_000, hour),
    });
    fc.assert(
      fc.property(rate, ({ count, perMs }) => {
        const window = windowOf({ count, perMs });
        const share = window.count / window.ms / (count / perMs);
        assert.ok(share <= 1 && share > 0.98, `${share}`);
      }),
    );
  });
});
