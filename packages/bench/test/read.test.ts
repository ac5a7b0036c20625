import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceNames } from '@relay/core';
import { compareReads } from '../src/read.ts';
import { readCases } from '../src/read-cases.ts';
import { tableOf } from '../src/table.ts';

const { signal } = new AbortController();

test('every source has a callback that is read', () => {
  assert.deepEqual(new Set(readCases().map(({ endpoint }) => endpoint.source)), new Set(sourceNames));
});

test('what a read costs stands in the table beside JSON.parse', () => {
  const compared = compareReads({ rounds: 1, roundMs: 1, onStep: () => {}, signal });
  assert.equal(compared.length, readCases().length);
  for (const { sides } of compared) {
    assert.deepEqual(
      sides.map(({ name }) => name),
      ['read', 'JSON.parse'],
    );
    for (const { figures } of sides) assert.ok((figures.readCpuUs ?? 0) > 0);
  }
  const table = tableOf(compared);
  for (const title of ['read, thingspace, 1,0', 'CPU per call, µs']) assert.ok(table.includes(title), title);
});

test('an interrupted run ends before the next source', () => {
  assert.throws(() => compareReads({ rounds: 1, roundMs: 1, onStep: () => {}, signal: AbortSignal.abort() }));
});
