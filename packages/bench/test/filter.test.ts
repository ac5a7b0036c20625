import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterCalls, measureFilters } from '../src/filter.ts';
import { tableOf } from '../src/table.ts';

const { signal } = new AbortController();

test('what is measured is what is meant: every rule is judged, and holds but where a text is another', () => {
  for (const [name, call] of Object.entries(filterCalls())) assert.equal(call(), name !== 'a rule: body, a text', name);
});

test('what each rule costs stands in the table', () => {
  const compared = measureFilters({ rounds: 1, roundMs: 1, onStep: () => {}, signal });
  assert.equal(compared.length, Object.keys(filterCalls()).length);
  for (const { sides } of compared) assert.ok(sides.every(({ figures }) => (figures.judgeCpuNs ?? 0) > 0));
  const table = tableOf(compared);
  for (const title of ['filter, a rule: status, a text', 'CPU per call, ns']) assert.ok(table.includes(title), title);
});

test('an interrupted run ends before the next rule', () => {
  assert.throws(() => measureFilters({ rounds: 1, roundMs: 1, onStep: () => {}, signal: AbortSignal.abort() }));
});
