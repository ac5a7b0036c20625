import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '@relay/testkit';
import { supervise } from '../src/supervise.ts';

interface Told {
  readonly lines: string[];
  kills: number;
}

function supervised(context: TestContext, script: string, graceMs: number) {
  const told: Told = { lines: [], kills: 0 };
  const running = supervise({
    command: process.execPath,
    args: ['-e', script],
    environment: {},
    onLine: (line) => told.lines.push(line),
    graceMs,
    onKill: () => {
      told.kills += 1;
    },
    onProcess: () => {},
    startAgain: () => false,
  });
  // Nobody else ends one that is frozen, when the test fails.
  context.after(() => running.pid && process.kill(running.pid, 'SIGKILL'));
  return { running, told };
}

const up = "console.log('up'); setInterval(() => {}, 1000);";

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// It used to be waited for without end, and was left behind when whoever waited was killed.
test('a process that is frozen is killed after its grace, and is gone', async (context) => {
  const { running, told } = supervised(context, up, 300);
  await eventually('it is up', () => told.lines.includes('up'));
  const { pid } = running;
  assert.ok(pid);
  process.kill(pid, 'SIGSTOP');
  await running.stop();
  assert.equal(told.kills, 1);
  assert.ok(!isThere(pid));
});

test('one that ends within its grace finishes what it does', async (context) => {
  const slow = `process.on('SIGTERM', () => setTimeout(() => { console.log('done'); process.exit(); }, 200)); ${up}`;
  const { running, told } = supervised(context, slow, 60_000);
  await eventually('it is up', () => told.lines.includes('up'));
  await running.stop();
  assert.deepEqual(told, { lines: ['up', 'done'], kills: 0 });
});
