import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLinesOf } from '../src/log-lines.ts';

test('the worst 90 seconds count, without the lines of single messages and of starts', () => {
  const away = [0, 60_000, 91_000, 100_000, 149_000].map((ms) => ({ time: timeOf(ms), msg: 'redis.away' }));
  const messages = Array.from({ length: 50 }, (_, ms) => ({ time: timeOf(ms), msg: 'delivery.attempted' }));
  const starts = [
    { time: timeOf(1), msg: 'ingest.started' },
    { time: timeOf(1), msg: 'worker.stopped' },
  ];
  assert.deepEqual(logLinesOf([...starts, ...messages, ...away]), { most: 4, by: { 'redis.away': 5 } });
});

test('a process that says nothing has no lines', () => {
  assert.deepEqual(logLinesOf([]), { most: 0, by: {} });
});

/** As it stands in the log. */
function timeOf(ms: number): string {
  return new Date(Date.UTC(2026, 0, 31, 23, 59) + ms).toISOString();
}
