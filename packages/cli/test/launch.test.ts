import assert from 'node:assert/strict';
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, startProcess, temporaryFolder } from '@relay/testkit';

const root = join(import.meta.dirname, '../../..');
const launcher = join(import.meta.dirname, '../launch.mjs');

/** Arguments for Node that launch this TypeScript. */
function launching(code: string, ...args: string[]): string[] {
  const script = join(temporaryFolder(), 'script.ts');
  writeFileSync(script, code);
  return [launcher, script, ...args];
}

test('a script gets its arguments, Node 24, and its exit code is handed on', async () => {
  const code =
    'const [first]: string[] = process.argv.slice(2); console.log(process.version, first); process.exitCode = 5;';
  const launched = await startProcess({ args: launching(code, 'one two') });
  assert.equal(await launched.ended, 5);
  assert.match(launched.stdout.join(), /^v2[4-9]\.\S+ one two$/);
  assert.deepEqual(launched.stderr, []);
});

test('a signal reaches the script, which ends in its own way', async () => {
  const code = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 9e6); console.log('up');`;
  const launched = await startProcess({ args: launching(code), ready: /up/ });
  assert.equal(await launched.stop(), 7);
});

test('a script that a signal ended is exit code 128 and the signal', async () => {
  const launched = await startProcess({ args: launching(`process.kill(process.pid, 'SIGKILL');`) });
  assert.equal(await launched.ended, 137);
});

test('a script can notice that its launcher was killed', async () => {
  const code = `process.on('disconnect', () => { console.log('alone'); process.exit(); }); console.log('up');`;
  const launched = await startProcess({ args: launching(code), ready: /up/ });
  launched.signal('SIGKILL');
  await eventually('it noticed', () => launched.stdout.includes('alone'));
});

test('a script that npm runs ends when npm is told to', async () => {
  const code = `process.on('SIGTERM', () => { console.log('ended'); process.exit(); }); setInterval(() => {}, 9e6); console.log('up');`;
  const folder = temporaryFolder();
  const start = ['node', ...launching(code)].join(' ');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
  const npm = await startProcess({ command: 'npm', args: ['start'], cwd: folder, ready: /^up$/ });
  npm.signal('SIGTERM');
  await eventually('the script has ended', () => npm.stdout.includes('ended'));
});

// npm has a package called relay, too, and npx used to fetch that one until `npm start` had run once.
test('npx finds the relay command in a fresh clone, before anything is installed there', async () => {
  const clone = temporaryFolder();
  copyFileSync(join(root, 'package.json'), join(clone, 'package.json'));
  symlinkSync(join(root, 'packages'), join(clone, 'packages'));
  const npx = await startProcess({ command: 'npx', args: ['--no', 'relay', 'status', '--help'], cwd: clone });
  assert.equal(await npx.ended, 0, npx.stderr.join('\n'));
  assert.match(npx.stdout.join('\n'), /^Usage: relay status /);
});
