import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CrashReport } from '../src/crash.ts';
import type { OutageReport } from '../src/crash-outage.ts';
import { brokenByKills, brokenByOutage } from '../src/crash-report.ts';

const account = { posts: 10, acknowledged: 10, lost: 0, repeated: 1, doubled: 0, strange: 0, spooled: 0, ownEnds: [] };
const kills: CrashReport = {
  ...account,
  what: 'ingest',
  redis: 'up',
  kills: 2,
  acknowledged: 8,
  refused: 0,
  cutOff: 2,
};
const outage: OutageReport = {
  ...account,
  ...{
    seconds: 1,
    rate: 10,
    ackMs: { p50: 1, p99: 1, p999: 1 },
    delivered: 20,
    firstAfterMs: 1,
    lastSpooledAfterMs: 1,
  },
  lines: { 'ingest-1': 19 },
};

test('what a kill cuts off, what is repeated and a few lines break no promise', () => {
  assert.deepEqual(brokenByKills(kills), []);
  assert.deepEqual(brokenByOutage(outage), []);
});

for (const changes of [
  { acknowledged: 0 },
  { refused: 1 },
  { lost: 1 },
  { doubled: 1 },
  { strange: 1 },
  { spooled: 1 },
  { spooled: Number.NaN },
  { ownEnds: ['ingest-1 ended with 1'] },
]) {
  test(`kills break a promise with ${JSON.stringify(changes)}`, () => {
    assert.equal(brokenByKills({ ...kills, ...changes }).length, 1);
  });
}

for (const changes of [
  { acknowledged: 9 },
  { posts: 0, acknowledged: 0 },
  { lost: 1 },
  { doubled: 1 },
  { strange: 1 },
  { spooled: 1 },
  { spooled: Number.NaN },
  { lines: { 'ingest-1': 20 } },
  { ownEnds: ['ingest-1 ended with 1'] },
]) {
  test(`an outage breaks a promise with ${JSON.stringify(changes)}`, () => {
    assert.equal(brokenByOutage({ ...outage, ...changes }).length, 1);
  });
}
