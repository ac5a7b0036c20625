import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, spool } from '../src/comparison.ts';
import { createOurs } from '../src/ours.ts';
import { tableOf } from '../src/table.ts';
import { quickSizes } from '../src/trial.ts';

test('what ingest accepts while Redis is killed is in the log once afterwards', { timeout: 60_000 }, async () => {
  const { signal } = new AbortController();
  const sizes = { ...quickSizes, warmUpMs: 100, acceptMs: 400 };
  const compared = await compare(spool(createOurs()), {
    rounds: 1,
    fsync: 'everysec',
    sizes,
    signal,
    onStep: () => {},
  });
  const { lost, repeated, refused, ...measured } = compared.sides[0]?.figures ?? {};
  assert.deepEqual({ lost, repeated, refused }, { lost: 0, repeated: 0, refused: 0 });
  for (const [name, value] of Object.entries(measured)) assert.ok(value > 0, `${name} is ${value}`);
  assert.ok(tableOf([compared]).includes('accepted/s, Redis away'));
});
