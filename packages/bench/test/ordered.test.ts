import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, compare, order } from '../src/comparison.ts';
import { createOurs } from '../src/ours.ts';
import { tableOf } from '../src/table.ts';
import { quickSizes } from '../src/trial.ts';

test('messages of a device stay in order while requests fail and a worker is killed', {
  timeout: 120_000,
}, async () => {
  const { signal } = new AbortController();
  const sizes = { ...quickSizes, deliveries: 500 };
  const { sides, ...comparison } = order(createOurs());
  const byDevice: Comparison = { ...comparison, sides: sides.filter(({ name }) => name === 'by device') };
  const options = { rounds: 1, fsync: 'off', sizes, signal, onStep: () => {} } as const;
  const compared = await compare(byDevice, options);
  const { outOfOrder, lost, refused, deliveriesPerSecond = 0 } = compared.sides[0]?.figures ?? {};
  assert.deepEqual({ outOfOrder, lost, refused }, { outOfOrder: 0, lost: 0, refused: 0 });
  assert.ok(deliveriesPerSecond > 0);
  assert.ok(tableOf([compared]).includes('behind a later one'));
});
