import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  eventually,
  freePort,
  type RunningProcess,
  startProcess,
  startReceiver,
  startRedis,
  temporaryFolder,
} from '@relay/testkit';
import { folderWith, main, relay } from './relay.ts';

const sample = join(import.meta.dirname, '../../testkit/samples/thingspace-rest/carrier-activate-success.json');

/** The demo on ports of its own; with a Redis of its own unless the address of one is given. */
async function demoFolder({ port = 0, redis = `$\{REDIS_URL:-redis://127.0.0.1:1}` } = {}): Promise<string> {
  const demoPort = await freePort();
  return folderWith(`
redis: ${redis}
ingest: {listeners: [{host: 127.0.0.1, port: ${port || (await freePort())}}], operations: {port: ${await freePort()}}}
worker: {operations: {port: ${await freePort()}}}
endpoints: [{name: carrier, source: thingspace, verify: {credentials: [{username: relay, password: right}]}}]
subscribers:
  - {name: demo-steady, url: "http://127.0.0.1:${demoPort}/steady", receives: ["*"]}
  - {name: demo-flaky, url: "http://127.0.0.1:${demoPort}/flaky?fail=2", receives: ["*"], retry: {schedule: [100ms], maxAge: 1h}}`);
}

async function upIn(context: TestContext, folder: string, env: Record<string, string> = {}): Promise<RunningProcess> {
  const up = await startProcess({ args: [main, 'up'], cwd: folder, env, ready: /Ctrl-C ends it/ });
  context.after(up.stop);
  return up;
}

test('what it says when it is ready works, and both demo subscribers print the callback', async (context) => {
  const folder = await demoFolder();
  const up = await upIn(context, folder);
  assert.ok(up.stdout.some((line) => line.includes('npx relay send ')));
  const { code, stdout } = await relay(folder, ['send', sample, '--endpoint', 'carrier']);
  assert.equal(code, 0, stdout);

  const printed = (path: string) =>
    up.stdout.filter((line) => line.includes(` ${path} `)).map((line) => /answered (\d+)/.exec(line)?.[1]);
  await eventually('both took it', () => printed('/steady').length === 1 && printed('/flaky').length === 3);
  assert.deepEqual(printed('/steady'), ['204']);
  assert.deepEqual(printed('/flaky'), ['503', '503', '204']);
  await eventually('the command in another terminal sees it', async () => {
    const { subscribers } = JSON.parse((await relay(folder, ['status', '--json'])).stdout);
    return subscribers.every(({ delivered }: { delivered: number }) => delivered === 1);
  });
});

test('what was kept is there again the next time', async (context) => {
  const folder = await demoFolder();
  const first = await upIn(context, folder);
  await relay(folder, ['send', sample, '--endpoint', 'carrier']);
  assert.equal(await first.stop(), 0);
  await upIn(context, folder);
  const { code } = await relay(folder, ['messages', '11111111-2222-4333-8444-000000000001']);
  assert.equal(code, 0);
});

test('without any Redis program it runs in memory, and says so as loudly as it can', async (context) => {
  const folder = await demoFolder();
  const programs = temporaryFolder();
  for (const program of ['sh', 'sleep']) symlinkSync(join('/bin', program), join(programs, program));
  const up = await upIn(context, folder, { PATH: programs });
  await eventually('the warning is there', () => up.stdout.some((line) => line.includes('NOTHING IS KEPT')));
  assert.equal((await relay(folder, ['send', sample, '--endpoint', 'carrier'])).code, 0);
  await eventually('it is delivered', () => up.stdout.some((line) => line.includes('answered 204')));
});

test('a Redis that the environment names is used, and none is started', async (context) => {
  const redis = await startRedis();
  const folder = await demoFolder();
  const up = await upIn(context, folder, { REDIS_URL: redis.url });
  context.after(redis.stop);
  assert.ok(up.stdout.some((line) => line.includes(`${redis.url}  as configured`)));
  assert.ok(!existsSync(join(folder, '.relay/redis')));
});

test('a Redis that is not there is said after a while, once, and callbacks are kept meanwhile', async (context) => {
  const [port, redisPort] = [await freePort(), await freePort()];
  const folder = await demoFolder({ port, redis: `redis://:hidden@127.0.0.1:${redisPort}` });
  const up = await startProcess({ args: [main, 'up'], cwd: folder, ready: /Waiting for Redis/ });
  context.after(up.stop);
  const said = () => up.stdout.filter((line) => line.includes('Waiting for Redis'));
  const where = `Redis at redis://:***@127.0.0.1:${redisPort}; callbacks to http://127.0.0.1:${port} are kept in the spool`;
  assert.deepEqual(said(), [`Waiting for ${where} meanwhile.`]);
  assert.equal((await relay(folder, ['send', sample, '--endpoint', 'carrier'])).code, 0);
  assert.match((await relay(folder, ['status'])).stdout, /^The spool here holds 1 message, /m);
  assert.equal(said().length, 1);
});

test('a service that dies is started again', async (context) => {
  const folder = await demoFolder();
  const up = await upIn(context, folder);
  const [worker] = processesIn(folder, 'services/worker');
  assert.ok(worker);
  process.kill(worker, 'SIGKILL');
  await eventually('another one runs', () => processesIn(folder, 'services/worker').some((pid) => pid !== worker));
  assert.ok(up.stdout.some((line) => /worker .*ended \(SIGKILL\), starts again/.test(line)));
});

test('told to end, it ends ingest, then worker, then Redis, and leaves nothing behind', async (context) => {
  const folder = await demoFolder();
  const up = await upIn(context, folder);
  assert.equal(await up.stop(), 0);
  assert.deepEqual(processesIn(folder), []);
  assert.ok(!existsSync(join(folder, '.relay/redis.url')));
});

test('killed, it leaves nothing behind either', async (context) => {
  const folder = await demoFolder();
  const up = await upIn(context, folder);
  await up.kill();
  await nothingLeft(folder);
});

test('a second one in the same folder is refused, since both would write into the same files', async (context) => {
  const folder = await demoFolder();
  await upIn(context, folder);
  const second = await relay(folder, ['up']);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /A relay runs in this folder already/);
});

test('a port in use is one clear sentence, and exit code 1', async (context) => {
  const other = await startReceiver();
  context.after(other.close);
  const { port } = other;
  const folder = await demoFolder({ port });
  const { code, stdout } = await relay(folder, ['up']);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`port ${port} .*in use`));
  await nothingLeft(folder);
});

test('a mistake in the configuration is told before anything starts, and exit code 2', async () => {
  const folder = folderWith('endpoints: []\nsubscribers: [{name: x}]\n');
  const { code, stdout, stderr } = await relay(folder, ['up']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^relay\.yaml:2:\d+ subscribers\[0\]/m);
  assert.ok(!existsSync(join(folder, '.relay')));
});

function nothingLeft(folder: string): Promise<boolean> {
  return eventually('nothing is left', () => processesIn(folder).length === 0);
}

/** Ids of the processes that work in this folder, or keep files in it, and that were started so. */
function processesIn(folder: string, command = ''): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => worksIn(pid, folder, command)).map(Number);
}

function worksIn(pid: string, folder: string, command: string): boolean {
  try {
    const started = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const isGuard = started.startsWith('sh\0');
    return !isGuard && started.includes(command) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
  } catch {
    return false;
  }
}
