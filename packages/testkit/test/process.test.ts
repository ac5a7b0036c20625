import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startProcess } from '@relay/testkit';

const node = (script: string) => ['--input-type=module', '--eval', script];

test('it is up when a line says so, and its lines are kept', async () => {
  const script = `console.log('{"level":30,"msg":"up"}'); console.error('careful'); console.log('plain'); setInterval(() => {}, 9e6)`;
  const running = await startProcess({ args: node(script), ready: /"up"/ });
  await eventually('both streams are read', () => running.stdout.length === 2 && running.stderr.length === 1);
  assert.deepEqual(running.logs(), [{ level: 30, msg: 'up' }]);
  assert.deepEqual(running.stderr, ['careful']);
  assert.equal(await running.kill(), 'SIGKILL');
});

test('one that ends before it is up is refused with its output', async () => {
  const starting = startProcess({ args: node(`console.error('no luck'); process.exit(3)`), ready: /up/ });
  await assert.rejects(starting, /ended \(3\) before it was up:\nno luck/);
});

test('nothing of the own environment gets in but PATH and HOME', async () => {
  process.env.RELAY_CONFIG = '/somewhere/else.yaml';
  const running = await startProcess({ args: node('console.log(JSON.stringify(process.env))'), env: { ADDED: '1' } });
  assert.equal(await running.ended, 0);
  const { PATH, HOME } = process.env;
  assert.deepEqual(running.logs(), [{ ADDED: '1', HOME, PATH }]);
});

test('a stop waits for its own way to end', async () => {
  const script = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 9e6); console.log('up')`;
  const running = await startProcess({ args: node(script), ready: /up/ });
  assert.equal(await running.stop(), 7);
});

test('a program that is not there is an error', async () => {
  await assert.rejects(startProcess({ command: '/no/such/program', args: [] }), { code: 'ENOENT' });
});
