import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overRounds } from '../src/figures.ts';
import { median, percentile } from '../src/statistics.ts';

test('a percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile([3], 99), 3);
});

test('a median of an even count lies between the middle two', () => {
  assert.equal(median([9, 1, 2, 4]), 3);
  assert.equal(median([9, 1, 2]), 2);
});

test('rounds give medians, and add up what must not happen', () => {
  const rounds = [{ acceptedPerSecond: 10, lost: 0 }, { acceptedPerSecond: 30, lost: 2 }, { ackP50Ms: 1 }];
  assert.deepEqual(overRounds(rounds), { acceptedPerSecond: 20, ackP50Ms: 1, lost: 2 });
});
