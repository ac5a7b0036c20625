import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { privateRanges, refusedRanges } from '../src/guard-ranges.ts';

const page = readFileSync(new URL('../../../docs/network.md', import.meta.url), 'utf8');

/** The CIDRs in the first column of the table that is headed so. */
function rangesUnder(heading: string): string[] {
  const [, table = ''] = page.split(`\n| ${heading} | is |\n`);
  const [rows = ''] = table.split('\n\n');
  const cells = rows.split('\n').map((row) => row.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+\/\d+)`/g)].map(([, range = '']) => range)).sort();
}

test('docs/network.md names what is always refused, and nothing else', () => {
  assert.deepEqual(rangesUnder('always refused'), [...refusedRanges].sort());
});

test('docs/network.md names what is private, and nothing else', () => {
  assert.deepEqual(rangesUnder('private'), [...privateRanges].sort());
});

test('docs/network.md names every code of the relay’s own for a connection that is none', () => {
  const source = readFileSync(new URL('../src/connection-error.ts', import.meta.url), 'utf8');
  const codes = [...new Set(source.match(/ERR_\w+/g))].sort();
  const documented = [...page.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code).sort();
  assert.deepEqual(documented, codes);
});
