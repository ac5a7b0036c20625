import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from '../src/chaos.ts';
import { faults } from '../src/faults.ts';
import { tableOf } from '../src/table.ts';

const briefly = [
  'redis-killed',
  'redis-frozen',
  'redis-read-only',
  'scripts-flushed',
  'ingest-killed',
  'worker-killed',
];

test('when Redis, an ingest and a worker are broken in turns, nothing acknowledged is lost and nothing is refused', async () => {
  const short = faults
    .filter(({ name }) => briefly.includes(name))
    .map((fault) => ({ ...fault, lengthMs: [500, 1_000] as const }));
  const lines: string[] = [];
  const report = await runChaos(
    { seed: 11, durationMs: 10_000, rate: 40, faults: short, restMs: [500, 1_500], flapMs: 3_000 },
    { print: (line) => lines.push(line), stopping: new AbortController().signal },
  );

  assert.deepEqual(report.broken, []);
  assert.deepEqual(new Set(report.happened.map(({ name }) => name)), new Set(briefly));
  assert.equal(report.posted, report.acknowledged + report.cutOff);
  for (const { subscriber, acknowledged } of report.verdicts) assert.ok(acknowledged > 0, subscriber);
  assert.match(lines[0] ?? '', /^t\+\d{3}\.\d /);
  assert.match(tableOf(report), /steady-1/);
});
