import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess } from '@relay/testkit';

const pounding = fileURLToPath(new URL('pounding.ts', import.meta.url));

test('bad input leaves nothing behind in memory', async () => {
  const { ended, logs } = await startProcess({ args: ['--expose-gc', pounding] });
  assert.equal(await ended, 0);
  const held = logs()[0]?.held as number[];
  const [, , settled = 0] = held;
  const last = held.at(-1) ?? Number.POSITIVE_INFINITY;
  // The rounds after that bring as many bytes as are held.
  assert.ok(last < settled * 1.25, held.join(' '));
});
