import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, startProcess } from '@relay/testkit';
import { drainAll, givenSpool, newDirectory } from './given.ts';

const appending = fileURLToPath(import.meta.resolve('./appending-process.ts'));
const kills = 10;

test('kill -9 at any moment loses nothing that was acknowledged', async () => {
  const directory = newDirectory();
  const acknowledged: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const child = await startProcess({ args: [appending, directory, String(kill)], ready: /^open$/ });
    const enough = kill * 20 + 1;
    await eventually('some to be acknowledged', () => child.stdout.length > enough);
    await child.kill();
    acknowledged.push(...child.stdout.filter((line) => /^\d+-\d+$/.test(line)));
  }
  const spool = await givenSpool({ directory });
  const kept = await drainAll(spool);
  const all = new Set(kept);
  assert.deepEqual(
    acknowledged.filter((name) => !all.has(name)),
    [],
  );
  assert.equal(all.size, kept.length);
  assert.deepEqual(spool.troubles, []);
  assert.deepEqual(kept, kept.toSorted(byKillAndNumber));
});

function byKillAndNumber(a: string, b: string): number {
  const [killA = 0, numberA = 0] = a.split('-').map(Number);
  const [killB = 0, numberB = 0] = b.split('-').map(Number);
  return killA - killB || numberA - numberB;
}
