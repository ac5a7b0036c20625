import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startRedisSentinels } from '@relay/testkit';
import { startAtWork } from './relay-at-work.ts';

test('behind sentinels a failover loses nothing that was acknowledged, and what has too few replicas is spooled', async (t) => {
  const redis = await startRedisSentinels();
  const where = `{sentinels: [${redis.sentinels.join(', ')}], name: ${redis.name}, replicas: 1}`;
  const atWork = await startAtWork(t, where, redis);
  await atWork.more(60);
  assert.equal(await atWork.keeps(), 'in Redis');
  await redis.failOver();
  await atWork.more(60);
  // The replica is the primary now, and has none itself.
  assert.equal(await atWork.keeps(), 'in the spool');
  await redis.bringBack();
  await eventually('the old primary follows the new one', async () => (await atWork.keeps()) === 'in Redis');
  await atWork.more(30);
  t.diagnostic(`${atWork.acknowledged.length} acknowledged, ${(await atWork.arrived()).repeated} repeated`);
  const { code, stdout } = await atWork.command('status', '--json');
  assert.equal(code, 0);
  assert.match(stdout, /"delivered":\d/);
});
