import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from '../src/figures.ts';
import { tableOf } from '../src/table.ts';

const side = (name: string, figures: Figures) => ({ name, figures, measured: [figures] });

/** The cells of each line, the frame left out. */
function cellsOf(table: string): string[][] {
  const lines = table.split('\n').filter((line) => line.includes('│'));
  return lines.map((line) =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('two sides have a ratio, where both have a figure', () => {
  const sides = [side('one', { acceptedPerSecond: 3_000, waitingBytes: 7 }), side('two', { acceptedPerSecond: 2_000 })];
  assert.deepEqual(cellsOf(tableOf([{ title: 'both', sides }])).slice(0, 3), [
    ['both', 'one', 'two', 'ratio'],
    ['accepted/s, worker stopped', '3,000', '2,000', '1.50'],
    ['Redis bytes per waiting message', '7', '', ''],
  ]);
});

test('more sides have a column each, and no ratio', () => {
  const sides = [side('a', { lost: 0 }), side('b', { lost: 1 }), side('c', { lost: 2 })];
  assert.deepEqual(cellsOf(tableOf([{ title: 'many', sides }])).slice(0, 2), [
    ['many', 'a', 'b', 'c', ''],
    ['deliveries lost', '0', '1', '2', ''],
  ]);
});
