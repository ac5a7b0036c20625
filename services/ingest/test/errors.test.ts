import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { refusals } from '@relay/core';

test('docs/errors.md explains exactly the codes there are, each with its status', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)]);
  const table = Object.entries(refusals).map(([code, { status }]) => [code, status]);
  assert.deepEqual(rows, table);
});
