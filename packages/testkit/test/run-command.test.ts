import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startProcess } from '../src/index.ts';

const program = new URL('command-process.ts', import.meta.url).pathname;

async function ran(...args: string[]) {
  const command = await startProcess({ args: [program, ...args] });
  return { code: await command.ended, said: command.stderr };
}

test('the exit code is what the run answers', async () => {
  assert.deepEqual(await ran('answer'), { code: 7, said: ['given: done'] });
});

test('arguments that make no sense are a sentence and exit code 2', async () => {
  assert.deepEqual(await ran(), { code: 2, said: ['given: what?'] });
});

test('a run that fails is a sentence and exit code 1', async () => {
  assert.deepEqual(await ran('fail'), { code: 1, said: ['given: it broke'] });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`after ${signal} a run cleans up, and says no more of it than exit code 130`, async () => {
    const command = await startProcess({ args: [program, 'wait'], ready: /waiting/ });
    command.signal(signal);
    assert.equal(await command.ended, 130);
    assert.deepEqual(command.stderr, ['given: waiting', 'given: cleaned up']);
  });
}

test('a run whose launcher is gone cleans up, too', async () => {
  const command = fork(program, ['wait'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  assert.ok(command.stderr);
  await once(command.stderr, 'data');
  command.disconnect();
  assert.deepEqual(await once(command, 'exit'), [130, null]);
});
