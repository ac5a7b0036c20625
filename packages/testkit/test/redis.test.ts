import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startProcess, startRedis, tailTearer } from '@relay/testkit';
import { Redis } from 'ioredis';

test('its data is gone with it unless it keeps a file', async (context) => {
  const redis = await startRedis();
  context.after(redis.stop);
  assert.equal(await command(redis.url, 'SET', 'a', '1'), 'OK');
  await redis.kill();
  await redis.restart();
  assert.equal(await command(redis.url, 'GET', 'a'), null);
});

test('with an append-only file its data outlives a SIGKILL', async (context) => {
  const redis = await startRedis({ appendFsync: 'always' });
  context.after(redis.stop);
  const { pid } = redis;
  await command(redis.url, 'SET', 'a', '1');
  await redis.kill();
  await redis.restart();
  assert.notEqual(redis.pid, pid);
  assert.equal(await command(redis.url, 'GET', 'a'), '1');
});

test('a torn tail is what Redis takes for one', async (context) => {
  const redis = await startRedis({ appendFsync: 'always', args: ['--aof-load-truncated', 'no'] });
  context.after(redis.stop);
  const client = new Redis(redis.url);
  const tear = await tailTearer(client);
  await client.set('a', '1');
  client.disconnect();
  await redis.kill();
  tear();
  await assert.rejects(redis.restart(), /Unexpected end of file reading the append only file/);
});

test('paused it answers nothing, resumed it answers', async (context) => {
  const redis = await startRedis();
  context.after(redis.stop);
  redis.pause();
  await assert.rejects(command(redis.url, 'PING'), /timed out/);
  redis.resume();
  assert.equal(await command(redis.url, 'PING'), 'PONG');
});

test('more arguments reach the program', async (context) => {
  const redis = await startRedis({ args: ['--requirepass', 'secret'] });
  context.after(redis.stop);
  await assert.rejects(command(redis.url, 'PING'), /NOAUTH/);
});

test('it does not outlive a process that is killed', async () => {
  const script = `
    import { startRedis } from '@relay/testkit';
    console.log((await startRedis()).pid);`;
  const owner = await startProcess({
    args: ['--input-type=module-typescript', '--eval', script],
    cwd: import.meta.dirname,
    ready: /^\d+$/,
  });
  const pid = Number(owner.stdout[0]);
  assert.ok(isRunning(pid));
  await owner.kill();
  await eventually('Redis is gone', () => !isRunning(pid));
});

/** Over a connection of its own, whose patience is short. */
async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(url, { commandTimeout: 200, retryStrategy: null, enableReadyCheck: false });
  redis.on('error', () => {});
  try {
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
