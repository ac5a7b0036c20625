import assert from 'node:assert/strict';
import { test } from 'node:test';
import { help, optionsOf } from '../src/options.ts';

test('without options both systems are measured at 1, 3, 20 and 100 subscribers', () => {
  const { systems, subscribers, scenarios } = optionsOf([]);
  assert.deepEqual(systems, ['ours', 'rival']);
  assert.deepEqual(subscribers, [1, 3, 20, 100]);
  assert.deepEqual(scenarios, ['fan-out', 'width', 'endpoints', 'idle', 'read', 'filter', 'spool']);
});

test('what takes minutes alone is measured when it is named', () => {
  const { scenarios, waiting } = optionsOf(['--scenarios', 'backlog,durability,sizing', '--waiting', '200000']);
  assert.deepEqual(scenarios, ['backlog', 'durability', 'sizing']);
  assert.equal(waiting, 200_000);
});

test('an option that makes no sense is named', () => {
  assert.throws(() => optionsOf(['--subscribers', '3,many']), /--subscribers: many/);
  assert.throws(() => optionsOf(['--subscribers', '100000']), /--subscribers: 100000/);
  assert.throws(() => optionsOf(['--rounds', '0']), /--rounds: 0/);
  assert.throws(() => optionsOf(['--fsync', 'sometimes']), /--fsync: sometimes/);
  assert.throws(() => optionsOf(['--profile', 'redis']), /--profile: redis/);
  assert.throws(() => optionsOf(['--scenarios', 'backlog', '--waiting', 'all']), /--waiting: all/);
  assert.throws(() => optionsOf(['--fast']), /--fast/);
});

test('the rival alone is measured in what both do, and asking it for more is refused', () => {
  assert.deepEqual(optionsOf(['--systems', 'rival']).scenarios, ['fan-out', 'idle']);
  assert.throws(
    () => optionsOf(['--systems', 'rival', '--scenarios', 'fan-out,backlog']),
    /--scenarios: backlog .* ours/,
  );
  assert.throws(() => optionsOf(['--systems', 'rival', '--profile', 'worker']), /--profile: goes with ours only/);
});

test('an option that no scenario would heed is refused', () => {
  assert.throws(() => optionsOf(['--waiting', '1000']), /--waiting: changes nothing but backlog, outage/);
  const ignored = { '--subscribers': '3', '--rounds': '2', '--fsync': 'always', '--profile': 'worker' };
  for (const [option, value] of Object.entries(ignored))
    assert.throws(() => optionsOf(['--scenarios', 'read', option, value]), new RegExp(`^Error: ${option}: changes `));
  for (const name of ['read', 'filter'])
    assert.throws(() => optionsOf(['--scenarios', name, '--quick']), /--quick: changes nothing but/);
  assert.throws(() => optionsOf(['--scenarios', 'fan-out,durability', '--fsync', 'always']), /--fsync: durability/);
});

test('the help names every option', () => {
  const options = optionsOf([]);
  for (const option of Object.keys(options)) {
    assert.ok(help.includes(`--${option}`), option);
  }
});
