import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile } from '@relay/testkit';

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
