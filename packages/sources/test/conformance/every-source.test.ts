import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sourceNames } from '@relay/core';

for (const name of sourceNames) {
  test(`the source ${name} shows that it conforms`, () => {
    const file = readFileSync(new URL(`${name}.test.ts`, import.meta.url), 'utf8');
    assert.ok(file.includes(`source: '${name}'`) && file.includes('conforms('));
  });
}
