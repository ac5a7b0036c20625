import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Endpoint, type SourceName, sourceNames } from '@relay/core';
import { createSource } from '../src/index.ts';

const endpoint = {
  name: 'e',
  path: '/e',
  account: undefined,
  service: undefined,
  dedupMs: 1,
  verify: { credentials: [], allow: [] },
};

const built: readonly SourceName[] = ['thingspace', 'thingspace-soap', 'generic'];

for (const source of sourceNames.filter((name) => !built.includes(name))) {
  test(`the source ${source} is refused by name until it is built`, () => {
    const unbuilt: Endpoint = { ...endpoint, source };
    assert.throws(() => createSource(unbuilt), { message: `endpoint e: the source ${source} is not supported yet` });
  });
}
