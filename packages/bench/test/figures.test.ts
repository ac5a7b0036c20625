import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overRounds } from '../src/figures.ts';

test('rounds give medians, and add up what must not happen', () => {
  const rounds = [{ acceptedPerSecond: 10, lost: 0 }, { acceptedPerSecond: 30, lost: 2 }, { ackP50Ms: 1 }];
  assert.deepEqual(overRounds(rounds), { acceptedPerSecond: 20, ackP50Ms: 1, lost: 2 });
});
