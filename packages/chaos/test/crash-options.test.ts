import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashPlanOf } from '../src/crash-options.ts';

test('without options ingest is killed 200 times with Redis up, and 200 times with Redis away', () => {
  assert.deepEqual(crashPlanOf([]), {
    kind: 'kills',
    runs: [
      { what: 'ingest', redis: 'up', times: 200, seed: 7 },
      { what: 'ingest', redis: 'away', times: 200, seed: 7 },
    ],
  });
});

test('the worker is killed with Redis up', () => {
  assert.deepEqual(crashPlanOf(['--what', 'worker', '--times', '3', '--seed', '1']), {
    kind: 'kills',
    runs: [{ what: 'worker', redis: 'up', times: 3, seed: 1 }],
  });
});

test('an outage has a length and a rate', () => {
  assert.deepEqual(crashPlanOf(['--outage', '90']), { kind: 'outage', outage: { seconds: 90, rate: 200 } });
  assert.deepEqual(crashPlanOf(['--outage', '5', '--rate', '10']), {
    kind: 'outage',
    outage: { seconds: 5, rate: 10 },
  });
});

for (const [args, mistake] of [
  [['--times', '0'], /--times: 0 is no whole number/],
  [['--redis', 'down'], /--redis: down is none of up, away, both/],
  [['--what', 'redis'], /--what: redis is none of ingest, worker/],
  [['--what', 'worker', '--redis', 'away'], /--redis: with --what worker it can only be up/],
  [['--outage', '90', '--times', '3'], /--times: goes with kills/],
  [['--rate', '10'], /--rate: goes with --outage only/],
  [['--quick'], /--quick/],
] as const) {
  test(`${args.join(' ')} is wrong use`, () => {
    assert.throws(() => crashPlanOf(args), mistake);
  });
}
