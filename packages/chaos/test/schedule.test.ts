import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faults } from '../src/faults.ts';
import { type Planned, scheduleOf } from '../src/schedule.ts';

const minute = 60_000;
const trackOf = new Map(faults.map(({ name, track }) => [name, track]));

test('the same seed breaks the same at the same moments, another seed something else', () => {
  const once = scheduleOf({ seed: 7, durationMs: 10 * minute, faults });
  assert.deepEqual(scheduleOf({ seed: 7, durationMs: 10 * minute, faults }), once);
  assert.notDeepEqual(scheduleOf({ seed: 8, durationMs: 10 * minute, faults }), once);
});

test('a longer run begins as a shorter one', () => {
  const atMostTwo = ({ atMs, lengthMs }: Planned) => atMs + lengthMs <= 2 * minute;
  const long = scheduleOf({ seed: 7, durationMs: 2 * minute, faults: faults.filter(({ track }) => track === 'redis') });
  const longer = scheduleOf({
    seed: 7,
    durationMs: 9 * minute,
    faults: faults.filter(({ track }) => track === 'redis'),
  });
  assert.deepEqual(longer.filter(atMostTwo), long);
});

test('faults of one track never overlap, and all are over in time', () => {
  const planned = scheduleOf({ seed: 1, durationMs: 30 * minute, faults });
  for (const track of ['redis', 'ingest', 'worker']) {
    const own = planned.filter(({ name }) => trackOf.get(name) === track);
    assert.ok(own.length > 1);
    own.reduce((one, other) => {
      assert.ok(one.atMs + one.lengthMs < other.atMs);
      return other;
    });
  }
  assert.ok(planned.every(({ atMs, lengthMs }) => atMs + lengthMs <= 30 * minute));
});

test('every fault comes before any comes again', () => {
  const names = scheduleOf({ seed: 3, durationMs: 30 * minute, faults }).map(({ name }) => name);
  const redis = names.filter((name) => trackOf.get(name) === 'redis');
  const kinds = faults.filter(({ track }) => track === 'redis').length;
  assert.equal(new Set(redis.slice(0, kinds)).size, kinds);
});

test('faults come in order and last as long as theirs do', () => {
  const planned = scheduleOf({ seed: 4, durationMs: 10 * minute, faults });
  assert.deepEqual(
    planned.map(({ atMs }) => atMs),
    planned.map(({ atMs }) => atMs).toSorted((one, other) => one - other),
  );
  for (const { name, lengthMs } of planned) {
    const [least, most] = faults.find((fault) => fault.name === name)?.lengthMs ?? [];
    assert.ok(lengthMs >= Number(least) && lengthMs <= Number(most), name);
  }
});
