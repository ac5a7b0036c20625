import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type CrashOptions, runCrash } from '../src/crash.ts';
import { runOutage } from '../src/crash-outage.ts';
import { brokenByKills, brokenByOutage } from '../src/crash-report.ts';

const deps = { print: () => {}, stopping: new AbortController().signal };

suite('kill -9', () => {
  test('of ingest, right after a 2xx and at any moment, loses nothing acknowledged while Redis is up', () =>
    assertNothingLost({ what: 'ingest', redis: 'up', times: 10, seed: 1 }));

  test('of ingest, right after a 2xx and at any moment, loses nothing acknowledged while Redis is away', () =>
    assertNothingLost({ what: 'ingest', redis: 'away', times: 10, seed: 2 }));

  test('of the worker in the middle of its deliveries loses none of them', () =>
    assertNothingLost({ what: 'worker', redis: 'up', times: 2, seed: 3 }));
});

test('Redis away for a few seconds: every post is acknowledged, and what was spooled arrives', async () => {
  const report = await runOutage({ seconds: 3, rate: 50 }, deps);
  assert.deepEqual(brokenByOutage(report), []);
  assert.ok(report.lastSpooledAfterMs > 0);
  assert.equal(report.delivered, 2 * report.acknowledged);
});

async function assertNothingLost(options: CrashOptions): Promise<void> {
  const report = await runCrash(options, deps);
  assert.deepEqual(brokenByKills(report), []);
  assert.equal(report.kills, options.times);
  assert.ok(report.acknowledged >= options.times / 2, `${report.acknowledged} acknowledged`);
}
