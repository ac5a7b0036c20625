import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = ['redis-server', 'valkey-server'];

/** The path of a Redis or Valkey server program, or undefined when this machine has none. */
export function findRedisProgram(searchPath: string | undefined): string | undefined {
  return programs.map((program) => find(program, searchPath)).find((path) => path !== undefined);
}

/** Installs redis-server where that needs no question: as root on Debian and its kin. Says what it does. */
export function installRedisProgram(searchPath: string | undefined): void {
  const aptGet = find('apt-get', searchPath);
  if (aptGet === undefined || process.getuid?.() !== 0) return;
  console.error('Installing redis-server with apt-get (once) …');
  // Without the lists of packages that a slim image leaves out, apt-get finds nothing.
  const installed = run(aptGet, 'update') && run(aptGet, 'install', '--yes', '--no-install-recommends', 'redis-server');
  if (!installed) console.error('apt-get could not install redis-server.');
}

function run(aptGet: string, ...args: readonly string[]): boolean {
  // RUNLEVEL=1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status, stderr } = spawnSync(aptGet, args, { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) console.error(stderr.trim());
  return status === 0;
}

function find(program: string, searchPath = ''): string | undefined {
  return searchPath
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
