import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumOver } from '../src/exposition.ts';

const page = '# TYPE spooled gauge\nspooled 2\nspooled_bytes 512\nopen{subscriber="one"} 3\nopen{subscriber="two"} 4\n';

test('metrics are summed over labels and processes', async () => {
  assert.equal(await sumOver([says(page), says('spooled 1\nopen{subscriber="one"} 0\n')], ['spooled', 'open']), 10);
});

test('a metric that is not there is no 0', async () => {
  assert.equal(await sumOver([says(page), says('open 1\n')], ['spooled']), Number.NaN);
});

test('a process that does not answer says nothing', async () => {
  const silent = { metrics: () => Promise.reject(new Error('It does not answer')) };
  assert.equal(await sumOver([says(page), silent], ['spooled']), Number.NaN);
});

function says(text: string) {
  return { metrics: async () => text };
}
