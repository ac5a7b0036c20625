/**
 * What `npm test` runs: format, lint, promises, types, unused code, then all tests; or, given packages' folders or test files, only those tests.
 * The tests' count is the last thing it prints, and the exit code tells of everything.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { hasRedisProgram, missingRedisProgram } from './redis.ts';

const root = join(import.meta.dirname, '../../..');
/** Only so that a test that hangs ends. */
const safetyNetMs = 300_000;
/** Tests wait for processes more than they compute. */
const concurrentFiles = 2;

const checks = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'promises', command: 'oxlint', args: ['--type-aware'] },
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  { name: 'unused code', command: 'knip', args: ['--no-progress'] },
];

const chosen = process.argv.slice(2);
if (!hasRedisProgram()) {
  console.error(missingRedisProgram);
  process.exit(1);
}
const failed: string[] = [];
if (chosen.length === 0) {
  for (const check of checks) if (!(await passes(check))) failed.push(check.name);
}
const passed = await testsPass(chosen.length === 0 ? ['packages/*', 'services/*'] : chosen, failed);
process.exitCode = passed && failed.length === 0 ? 0 : 1;

async function passes({ name, command, args }: (typeof checks)[number]): Promise<boolean> {
  const child = spawn(command, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  console.log(`${code === 0 ? '✔' : '✖'} ${name}`);
  if (code !== 0) console.log(Buffer.concat(output).toString());
  return code === 0;
}

async function testsPass(places: readonly string[], failedChecks: readonly string[]): Promise<boolean> {
  const args = [
    '--test',
    `--test-concurrency=${concurrentFiles}`,
    `--test-timeout=${safetyNetMs}`,
    `--import=${pathToFileURL(join(import.meta.dirname, 'safety-net.ts'))}`,
    ...places.map(testsOf),
  ];
  const child = spawn(process.execPath, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  // The reporter repeats what failed after its count: the count goes last all the same.
  const count: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    if (isCount(line)) count.push(line);
    else console.log(line);
  });
  const [code] = await once(child, 'close');
  if (failedChecks.length > 0) console.log(`✖ Failed before the tests, see above: ${failedChecks.join(', ')}`);
  for (const line of count) console.log(line);
  return code === 0;
}

function testsOf(place: string): string {
  const isFile = statSync(join(root, place), { throwIfNoEntry: false })?.isFile();
  return isFile ? place : join(place, 'test/**/*.test.ts');
}

function isCount(line: string): boolean {
  return /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(stripVTControlCharacters(line));
}

/** This Node and the packages' programs come first on the PATH. */
function environment(): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), join(root, 'node_modules/.bin'), process.env.PATH];
  return {
    ...process.env,
    PATH: path.join(delimiter),
    ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
  };
}
