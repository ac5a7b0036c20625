import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../../..', import.meta.url));
const dclint = fileURLToPath(new URL('../node_modules/.bin/dclint', import.meta.url));

test('docker-compose.yml is valid, and dclint finds nothing to complain of', () => {
  const args = ['--config', 'services/monitoring/dclint.json', '--max-warnings', '0', 'docker-compose.yml'];
  const { status, stdout, stderr } = spawnSync(dclint, args, { cwd: top, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
