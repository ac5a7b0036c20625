import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { faults } from '../src/faults.ts';
import { help, optionsOf } from '../src/options.ts';

test('without options everything is broken for ten minutes', () => {
  assert.deepEqual(optionsOf([]), { minutes: 10, seed: 7, rate: 100, faults, json: false, help: false });
});

test('--only takes names of faults', () => {
  const { faults: only } = optionsOf(['--only', 'redis-frozen,worker-killed']);
  assert.deepEqual(
    only.map(({ name }) => name),
    ['redis-frozen', 'worker-killed'],
  );
  assert.throws(() => optionsOf(['--only', 'redis-frozen,earthquake']), /^Error: --only: earthquake is none of redis-/);
});

test('numbers that make no sense are refused with a sentence', () => {
  assert.throws(() => optionsOf(['--minutes', '0']), /--minutes: 0 is no number/);
  assert.throws(() => optionsOf(['--minutes', 'ten']), /--minutes: ten is no number/);
  assert.throws(() => optionsOf(['--rate', '0.5']), /--rate: 0.5 is no whole number from 1 to 1000/);
  assert.throws(() => optionsOf(['--seed=-1']), /--seed: -1 is no whole number/);
  assert.throws(() => optionsOf(['--seed', '']), /--seed: nothing is no whole number/);
  assert.throws(() => optionsOf(['--seed', '1e3']), /--seed: 1e3 is no whole number/);
});

test('a run in which nothing would be broken is refused', () => {
  const tooShort = /^Error: --minutes: in 0.1 there is time for none of redis-killed$/;
  assert.throws(() => optionsOf(['--minutes', '0.1', '--only', 'redis-killed']), tooShort);
});

test('a run that makes more requests than fit into memory is refused', () => {
  assert.equal(optionsOf(['--minutes', '200', '--rate', '10']).minutes, 200);
  assert.throws(() => optionsOf(['--minutes', '200']), /--minutes: 200 at 100 .* more than 200000 requests/);
});

test('the help names every fault and every default', () => {
  for (const { name } of faults) assert.ok(help.includes(name), name);
  const { minutes, seed, rate } = optionsOf([]);
  for (const shown of [`--minutes ${minutes} `, `--seed ${seed} `, `--rate ${rate} `])
    assert.ok(help.includes(shown), shown);
});

test('the documentation has a line for every fault, and none besides', () => {
  const page = readFileSync(new URL('../../../docs/chaos.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(
    documented,
    faults.map(({ name }) => name),
  );
});
