import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMistakes, readConfiguration } from '@relay/config';
import { fingerprintsOf, readFingerprints } from '@relay/routing';
import { changesOf, settingChanges } from '../src/plan-changes.ts';
import { describePlan } from '../src/plan-words.ts';

const nothing = { created: [], orphaned: [], returned: [], stranded: [] };

/** What is told of a file that has these keys at its top and of its only subscriber. */
interface Keys {
  readonly top?: string;
  readonly keys?: string;
}

function printsOf({ top = '', keys = '' }: Keys) {
  const subscriber = (name: string) => `  - {name: ${name}, url: "https://h/", receives: [e], ${keys}}`;
  const text = `endpoints: [{name: e, source: generic}]\nsubscribers:\n${subscriber('s')}\n${top}\n`;
  const options = { fileName: 'relay.yaml', environment: {}, readSecret: () => '' };
  const reading = readConfiguration(text, options);
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return readFingerprints(fingerprintsOf(reading.configuration, 'salt'));
}

function told(from: Keys, to: Keys): string {
  const [before, after] = [printsOf(from), printsOf(to)];
  const plan = {
    isFirst: false,
    settings: settingChanges(before, after),
    endpoints: changesOf('endpoint', before, after),
    subscribers: changesOf('subscriber', before, after),
    cursors: nothing,
  };
  return describePlan(plan, 60_000);
}

for (const [from, to, expected] of [
  ['rate: 20/s', 'rate: 50/m', 'rate 20/s → 50/m'],
  ['', 'rate: 1000/h', 'rate not there → 1000/h'],
  ['', 'breaker: off', 'breaker {failures: 10, probes: [5s, 15s, 30s, 1m, 5m]} → off'],
  ['breaker: {failures: 5}', '', 'breaker.failures 5 → 10'],
  ['', 'breaker: {probes: [90s]}', 'breaker.probes [5s, 15s, 30s, 1m, 5m] → [90s]'],
  ['timeout: 15s', 'timeout: {connect: 1s, total: 20s}', 'timeout 15s → 20s, timeout.connect 5s → 1s'],
  ['retry: {giveUpOn: [410]}', 'retry: {giveUpOn: [422, 5xx]}', 'retry.giveUpOn [410] → [422, 5xx]'],
  ['', 'retry: {maxAttempts: 30, jitter: 7%}', 'retry.jitter 20% → 7%, retry.maxAttempts not there → 30'],
  [
    '',
    'retry: {schedule: [1s, 90m], maxAge: 1d}',
    'retry.schedule [5s, 30s, 2m, 10m, 30m, 1h, 3h, 6h, 12h] → [1s, 90m], retry.maxAge 3d → 1d',
  ],
  ['ordered: {by: device}', 'ordered: true', 'ordered {by: device} → true'],
  ['ordered: true', '', 'ordered true → false'],
  ['from: 90m', 'from: beginning', 'from 90m → beginning'],
  ['', 'network: {allowPrivate: false}', 'network.allowPrivate true → false'],
  ['auth: {bearer: secret}', 'auth: {bearer: other}', 'auth changed'],
] as const) {
  test(`a change of "${from}" to "${to}" is told in the words of the file`, () => {
    assert.equal(told({ keys: from }, { keys: to }), `Subscribers\n  ~ s: ${expected}`);
  });
}

for (const [from, to, expected] of [
  ['retention: 1h', 'retention: 5m', 'retention 1h → 5m'],
  ['ingest: {maxBody: 64KiB}', '', 'ingest.maxBody 64KiB → 1MiB'],
  [
    'ingest: {listeners: [{port: 28080}]}',
    'ingest: {listeners: [{port: 28099, endpoints: ["*"]}]}',
    'ingest.listeners [{host: 0.0.0.0, port: 28080}] → [{host: 0.0.0.0, port: 28099, endpoints: [e]}]',
  ],
  ['', 'ingest: {trustProxy: [10.0.0.0/8]}', 'ingest.trustProxy [] → [10.0.0.0/8]'],
  ['', 'ingest: {spool: {max: 2GiB}}', 'ingest.spool.max 1GiB → 2GiB (takes a restart)'],
  ['', 'ingest: {operations: {port: 1}}', 'ingest.operations.port 9464 → 1 (takes a restart)'],
  ['', 'worker: {operations: {port: 1}}', 'worker.operations.port 9465 → 1 (takes a restart)'],
  ['', 'redis: {replicas: 1}', 'redis.replicas 0 → 1 (takes a restart)'],
  ['redis: "redis://:secret@h"', 'redis: "redis://:other@h"', 'redis changed (takes a restart)'],
  // Every subscriber without a network of its own would say the same.
  ['', 'network: {deny: [10.0.0.0/8]}', 'network.deny [] → [10.0.0.0/8]'],
] as const) {
  test(`a change of "${from}" to "${to}" at the top is told once, and whether it takes a restart`, () => {
    assert.equal(told({ top: from }, { top: to }), `Settings\n  ~ ${expected}`);
  });
}

test('a network of its own that a subscriber loses is told, whatever else changes', () => {
  assert.equal(
    told({ keys: 'network: {allow: [169.254.1.1]}' }, { top: 'network: {allowPrivate: false}' }),
    'Settings\n  ~ network.allowPrivate true → false\n\nSubscribers\n  ~ s: network.allowPrivate true → false, network.allow [169.254.1.1] → []',
  );
});

test('where an older worker has written down no settings, none are compared', () => {
  const before = printsOf({});
  before.delete('settings relay');
  assert.deepEqual(settingChanges(before, printsOf({ top: 'retention: 5m' })), []);
});
