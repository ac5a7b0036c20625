import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runChaos } from '../src/chaos.ts';
import { runOutage } from '../src/crash-outage.ts';
import type { Fault } from '../src/fault.ts';
import { faults } from '../src/faults.ts';

/** Longer than any test may take: whoever waits for its end fails. */
const endlessMs = 3_600_000;
const restMs = [500, 1_000] as const;

suite('a run that would take an hour ends at once, with nothing left open,', () => {
  test('when a fault fails', async () => {
    const begin = () => Promise.reject(new Error('It does not break'));
    const failing: Fault = { name: 'failing', says: 'fails', track: 'redis', lengthMs: [0, 0], begin };
    const deps = { print: () => {}, stopping: new AbortController().signal };
    await assert.rejects(run([failing, lasting('worker-killed'), lasting('ingest-killed')], deps), {
      message: 'It does not break',
    });
  });

  test('when it is stopped while Redis is frozen', async () => {
    const stopping = new AbortController();
    const deps = { print: () => stopping.abort(), stopping: stopping.signal };
    await assert.rejects(run([lasting('redis-frozen')], deps), { name: 'AbortError' });
  });

  test('when it is stopped before anything is broken', async () => {
    const stopping = new AbortController();
    setImmediate(() => stopping.abort());
    await assert.rejects(run([lasting('worker-killed')], { print: () => {}, stopping: stopping.signal }), {
      name: 'AbortError',
    });
  });

  test('when it is stopped while Redis is away', async () => {
    const stopping = new AbortController();
    const deps = { print: () => stopping.abort(), stopping: stopping.signal };
    await assert.rejects(runOutage({ seconds: endlessMs / 1000, rate: 20 }, deps), { name: 'AbortError' });
  });
});

function run(broken: readonly Fault[], deps: Parameters<typeof runChaos>[1]) {
  return runChaos({ seed: 1, durationMs: 2 * endlessMs, rate: 20, faults: broken, restMs }, deps);
}

function lasting(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  assert.ok(fault !== undefined, name);
  return { ...fault, lengthMs: [endlessMs, endlessMs] };
}
