import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenPromises, refusals } from '../src/broken-promises.ts';
import type { Verdict } from '../src/check-ids.ts';
import type { Happened } from '../src/fault.ts';
import type { PartReport } from '../src/report.ts';

const part: PartReport = { name: 'worker-1', lives: 1, ownEnds: [], lines: { most: 0, by: {} } };
const kept = { acknowledged: 1, lost: [], merged: [], doubled: [], changed: [], strange: [] };
const verdict: Verdict = { ...kept, subscriber: 'steady-1', repeats: [{ message: 'm', firstAt: 1, at: 2 }] };
const worker = { ...part, ledgerDifference: 0 };
const ingest = { ...part, name: 'ingest-1', spooled: 0 };
const fine = { verdicts: [verdict], happened: [], parts: [worker, ingest], left: 0 };

test('what is repeated breaks no promise', () => {
  assert.deepEqual(brokenPromises(fine), []);
});

for (const name of ['lost', 'merged', 'doubled', 'changed', 'strange'] as const) {
  test(`one callback that is ${name} breaks a promise`, () => {
    assert.equal(brokenPromises({ ...fine, verdicts: [{ ...verdict, [name]: ['a'] }] }).length, 1);
  });
}

test('a process that ends by itself, or leaves something behind, or does not say, breaks a promise', () => {
  for (const changed of [
    { ...worker, ownEnds: ['worker-1 ended with 1'] },
    { ...worker, ledgerDifference: -1 },
    { ...worker, ledgerDifference: Number.NaN },
    { ...ingest, spooled: 1 },
    { ...ingest, spooled: Number.NaN },
  ])
    assert.equal(brokenPromises({ ...fine, parts: [changed] }).length, 1);
  assert.equal(brokenPromises({ ...fine, left: 1 }).length, 1);
});

test('a process that is told to end and does not end well breaks a promise, unless Redis is broken meanwhile', () => {
  const restarted = happened({
    name: 'worker-restarted',
    track: 'worker',
    what: 'worker-1',
    begunAt: 100,
    brokenAt: 200,
  });
  const broken = (end: Happened['end'], redis: Partial<Happened>[]) =>
    brokenPromises({ ...fine, happened: [{ ...restarted, end }, ...redis.map(happened)] });
  assert.deepEqual(broken(0, []), []);
  assert.deepEqual(broken(1, []), ['worker-1 ended with 1 when it was told to end']);
  assert.equal(broken('SIGKILL', []).length, 1);
  assert.deepEqual(broken(1, [{ begunAt: 150, endedAt: 300 }]), []);
  assert.equal(
    broken(1, [
      { begunAt: 0, endedAt: 99 },
      { begunAt: 201, endedAt: 300 },
    ]).length,
    1,
  );
});

test('refusals are told by their kinds', () => {
  const post = { at: 2_000, ackMs: 30_000, trouble: '' };
  const refused = [
    { ...post, status: 503 },
    { ...post, status: 0, trouble: 'ECONNRESET' },
    { ...post, status: 503 },
  ];
  assert.deepEqual(refusals(refused, 1_000), [
    '2 posts were refused: 503: t+001.0 after 30.0 s, t+001.0 after 30.0 s',
    '1 posts were refused: no answer (ECONNRESET): t+001.0 after 30.0 s',
  ]);
});

function happened(changes: Partial<Happened>): Happened {
  const fault = { name: 'redis-frozen', track: 'redis', what: '', cutsOffWorkers: true } as const;
  return { ...fault, begunAt: 0, brokenAt: 0, endedAt: 0, ...changes };
}
