// Runs one of the project's scripts on a machine that has Node >= 20 and npm and nothing else:
//
//   node packages/cli/launch.mjs <script> [arguments]
//
// First installs the packages that pnpm-lock.yaml names, unless they are there, then hands over to Node 24. Plain JavaScript
// without dependencies, since it comes before all of them.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pnpm = 'pnpm@10.34.9';
const neededNode = 24;
const lookForParentEveryMs = 500;

if (!isInstalled()) install();
run(newEnoughNode(), process.argv.slice(2));

function isInstalled() {
  // An image brings what it needs, without what only developers need.
  if (process.env.NODE_ENV === 'production') return true;
  // pnpm leaves a copy of the lockfile behind when it has installed all of it.
  const installed = join(root, 'node_modules/.pnpm/lock.yaml');
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(join(root, 'pnpm-lock.yaml')));
}

function install() {
  console.error('Installing packages (once, about half a minute) …');
  const { status, output, error } = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
    cwd: root,
    // CI: no questions. The log level: what npm thinks of the user's own settings is not ours to show.
    env: { ...process.env, CI: 'true', npm_config_loglevel: 'error' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  console.error(error ? String(error) : (output ?? []).filter(Boolean).join('\n'));
  console.error('Installing the packages failed.');
  process.exit(1);
}

function newEnoughNode() {
  if (Number.parseInt(process.versions.node, 10) >= neededNode) return process.execPath;
  const packaged = join(root, 'packages/cli/node_modules/node/bin/node');
  if (existsSync(packaged)) return packaged;
  console.error(
    `Node ${neededNode} is needed, this is ${process.version}, and the npm package "node" brought none for this machine.`,
  );
  process.exit(1);
}

function run(node, args) {
  // The channel closes when this process is killed, which is how the script can notice.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithParent(child);
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

// npm hands a SIGTERM to the shell it runs scripts in, and the shell dies of it without telling anybody. Without npm
// the parent's end means nothing: with nohup, say, it is meant to be outlived.
function stopWithParent(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, lookForParentEveryMs).unref();
}
