import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createIngestMetrics, createWorkerMetrics } from '@relay/metrics';
import { folder, noPromtool, promtool } from './promtool.ts';

const pages = await Promise.all([createIngestMetrics().text(), createWorkerMetrics().text()]);
const registered = new Map(
  [...pages.join('\n').matchAll(/^# TYPE (relay_\w+) (\w+)$/gm)].map(([, name = '', kind]) => [name, kind]),
);
const documentation = readFileSync(`${folder}/../../docs/metrics.md`, 'utf8');

/** The metrics a text speaks of, a histogram's parts under its own name. */
function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\brelay_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, '')));
}

test('every metric is in the documentation with its kind, and no other', () => {
  const documented = new Map(
    [...documentation.matchAll(/^\| `(relay_\w+)` \| (\w+) \|/gm)].map(([, name = '', kind]) => [name, kind]),
  );
  assert.deepEqual([...documented].sort(), [...registered].sort());
});

test('the documentation speaks of no metric that is not there', () => {
  for (const name of namesIn(documentation)) assert.ok(registered.has(name), name);
});

test('every metric in an alert rule is there', () => {
  const rules = namesIn(readFileSync(`${folder}/alerts.yml`, 'utf8'));
  assert.ok(rules.size > 0);
  for (const name of rules) assert.ok(registered.has(name), name);
});

test('promtool finds nothing to complain of in the metrics', { skip: noPromtool }, () => {
  for (const page of pages) {
    const own = page.split('\n').filter((line) => /^(# \w+ )?relay_/.test(line));
    const { code, said } = promtool(['check', 'metrics'], `${own.join('\n')}\n`);
    assert.equal(code, 0, said);
    assert.equal(said, '');
  }
});
