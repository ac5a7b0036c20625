import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const program = `
  const { createLog } = await import('../src/index.ts');
  const log = createLog({ service: 'test', level: process.env.LOG_LEVEL });
  log.debug('debugging');
  log.info('informing');
  log.warn('warning');
  log.flush();`;

function logWith(level: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: { LOG_LEVEL: level },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { said: lines.map((line) => JSON.parse(line).msg), complaints: stderr };
}

test('what is logged is what the level asks for', () => {
  assert.deepEqual(logWith('warn'), { said: ['warning'], complaints: '' });
  assert.deepEqual(logWith('silent'), { said: [], complaints: '' });
});

test('an empty level is info', () => {
  assert.deepEqual(logWith(''), { said: ['informing', 'warning'], complaints: '' });
});

test('an unknown level is info, and a sentence on stderr says which there are', () => {
  assert.deepEqual(logWith('verbose'), {
    said: ['informing', 'warning'],
    complaints: 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent; going on with info\n',
  });
});
