import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { folder, noPromtool, promtool } from './promtool.ts';

const rules = readFileSync(`${folder}/alerts.yml`, 'utf8')
  .split(/^ {6}- (?=alert:)/m)
  .slice(1);
const cases = readFileSync(`${folder}/alerts.test.yml`, 'utf8');

function nameOf(rule: string): string {
  return /^alert: (\w+)$/m.exec(rule)?.[1] ?? assert.fail(`a rule has no name:\n${rule}`);
}

test('every alert fires when it should and only then', { skip: noPromtool }, () => {
  const { code, said } = promtool(['test', 'rules', 'alerts.test.yml']);
  assert.equal(code, 0, said);
});

test('every alert is shown to fire, and to stay silent when all is well', () => {
  for (const rule of rules) {
    const name = nameOf(rule);
    assert.match(cases, new RegExp(`alertname: ${name}, exp_alerts: \\[\\]`));
    assert.match(cases, new RegExp(`ALERTS\\{alertname="${name}".*severity=|alertname: ${name}\n +exp_alerts:\n`));
  }
});

test('every alert says how grave it is, what has happened and what to do', () => {
  for (const rule of rules) {
    assert.match(rule, /^ +severity: (critical|warning)$/m, nameOf(rule));
    assert.match(rule, /^ +summary: "/m, nameOf(rule));
    assert.match(rule, /^ +description: >-$/m, nameOf(rule));
  }
});

test('every alert is in the documentation, and no other', () => {
  const page = readFileSync(`${folder}/../../docs/metrics.md`, 'utf8');
  const section = page.slice(page.indexOf('## Alerts'));
  const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(documented, rules.map(nameOf));
});

test('every command that an alert names is one of the documented', () => {
  const documented = readFileSync(`${folder}/../../docs/cli.md`, 'utf8');
  const named = rules.flatMap((rule) =>
    [...rule.matchAll(/`(relay [a-z-]+(?: [a-z][a-z-]*(?=[ `]))?)/g)].map(([, command]) => command),
  );
  assert.ok(named.includes('relay dead-letters replay'));
  for (const command of new Set(named)) assert.match(documented, new RegExp(`\\b${command}\\b`));
});

test('the configuration of Prometheus is valid', { skip: noPromtool }, () => {
  const { code, said } = promtool(['check', 'config', 'prometheus.yml']);
  assert.equal(code, 0, said);
});
