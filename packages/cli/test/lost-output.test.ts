import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startProcess, temporaryFolder } from '@relay/testkit';
import { folderWith, main } from './relay.ts';
import { startWithPast } from './relay-with-past.ts';

const node = process.execPath;
const noFullDisk = existsSync('/dev/full') ? false : 'there is no /dev/full';

/** Of the relay command with its stdout put somewhere by a shell. */
async function printing(where: string, folder: string, ...args: string[]) {
  const shell = ['-c', `${where}; shift; exec "$@"`, 'sh', join(folder, 'printed'), node, main, ...args];
  const command = await startProcess({ command: 'sh', args: shell, cwd: folder });
  return { code: await command.ended, said: command.stderr };
}

// It ended as if nothing had happened; a body, with a stack trace.
test('what a full disk does not take is one sentence, and exit code 1', { skip: noFullDisk }, async (t) => {
  const past = await startWithPast(t, { old: ['billing'] });
  const [id = ''] = await past.keep('a body');
  await past.giveUp('billing');
  for (const args of [['list', '--json'], ['list'], ['show', id, '--body'], ['--help']]) {
    const { code, said } = await printing('exec > /dev/full', past.folder, 'dead-letters', ...args);
    assert.deepEqual([code, said], [1, ['What was printed is not complete: the disk is full.']], args.join(' '));
  }
});

// Node writes a part, and calls it done.
test('what fits into a file only in part is not complete either', async () => {
  const folder = temporaryFolder();
  const { code, said } = await printing('ulimit -f 1; exec > "$1"', folder, 'simulate', '--help');
  assert.equal(code, 1);
  assert.match(said.join('\n'), /^What was printed is not complete: EFBIG: .*\.$/);
});

test('in a file is every byte of what was printed, behind what was there', async (t) => {
  const past = await startWithPast(t, { old: ['billing'] });
  const body = Buffer.alloc(300_000, 'ÿ\0');
  const [id = ''] = await past.keep(body);
  await past.giveUp('billing');
  for (const times of [1, 2]) {
    const { code } = await printing('exec >> "$1"', past.folder, 'dead-letters', 'show', id, '--body');
    assert.equal(code, 0);
    assert.ok(readFileSync(join(past.folder, 'printed')).equals(Buffer.concat(Array(times).fill(body))));
  }
});

// Of what was written but by console.log there was a stack trace.
test('a reader that has left is no failure', async () => {
  const child = spawn(node, [main, 'simulate', '--help'], { cwd: folderWith(''), stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual([code, said], [0, '']);
});
