import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../../..', import.meta.url));
const dclint = fileURLToPath(new URL('../node_modules/.bin/dclint', import.meta.url));

test('docker-compose.yml is valid, and dclint finds nothing to complain of', () => {
  const args = ['--config', 'services/monitoring/dclint.json', '--max-warnings', '0', 'docker-compose.yml'];
  const { status, stdout, stderr } = spawnSync(dclint, args, { cwd: top, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

// Without a limit they filled the disk that the spool and the append-only file need.
test('the logs of every container have a limit', () => {
  const file = readFileSync(`${top}/docker-compose.yml`, 'utf8');
  assert.match(file, /^x-logs: &logs\n {2}driver: local\n {2}options:\n {4}max-size: \d+m\n {4}max-file: "\d+"\n/m);
  const [, services = ''] = /^services:\n(.*?)^\w/ms.exec(file) ?? [];
  const containers = services.split(/^ {2}(?=\w+:$)/m).filter((text) => text !== '');
  assert.ok(containers.length > 1);
  for (const container of containers) assert.match(container, /^ {4}(?:logging: \*logs|<<: \*(?:relay|service))$/m);
  for (const [, shared = ''] of file.matchAll(/^x-(?:relay|service): (.*?)\n\n/gms))
    assert.match(shared, /^ {2}(?:logging: \*logs|<<: \*relay)$/m);
});
