import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from '../src/chaos.ts';
import { faults } from '../src/faults.ts';
import { tableOf } from '../src/table.ts';

/** Each comes once: what a worker held waits for long enough as it is. */
const lengths: Readonly<Record<string, readonly [number, number]>> = {
  'redis-killed': [500, 1_000],
  'redis-frozen': [500, 1_000],
  'redis-read-only': [500, 1_000],
  'scripts-flushed': [0, 0],
  'ingest-killed': [3_000, 4_000],
  'worker-killed': [3_000, 4_000],
};

test('when Redis, an ingest and a worker are broken in turns, nothing acknowledged is lost and nothing is refused', async () => {
  const short = faults.flatMap((fault) => {
    const lengthMs = lengths[fault.name];
    return lengthMs === undefined ? [] : [{ ...fault, lengthMs }];
  });
  const lines: string[] = [];
  const report = await runChaos(
    { seed: 11, durationMs: 9_000, rate: 40, faults: short, restMs: [1_000, 1_300], flapMs: 3_000 },
    { print: (line) => lines.push(line), stopping: new AbortController().signal },
  );

  assert.deepEqual(report.broken, []);
  assert.deepEqual(new Set(report.happened.map(({ name }) => name)), new Set(Object.keys(lengths)));
  assert.equal(report.posted, report.acknowledged + report.cutOff);
  for (const { subscriber, acknowledged } of report.verdicts) assert.ok(acknowledged > 0, subscriber);
  assert.match(lines[0] ?? '', /^t\+\d{3}\.\d /);
  assert.match(tableOf(report), /steady-1/);
});
