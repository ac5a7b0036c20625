import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startRedisCluster } from '@relay/testkit';
import { startAtWork } from './relay-at-work.ts';

test('on a cluster a failover of the node of a log, and of the node of the alarms, loses nothing that was acknowledged', async (t) => {
  const cluster = await startRedisCluster({ replicas: 1, appendFsync: 'always' });
  const atWork = await startAtWork(t, `{cluster: [${cluster.nodes.join(', ')}], replicas: 1}`, cluster);
  await atWork.more(60);
  const shards = new Set([await cluster.shardOf('{a}'), await cluster.shardOf('{flaky}')]);
  assert.equal(shards.size, 2);
  for (const shard of shards) {
    await cluster.failOver(shard);
    await atWork.more(60);
    await shard.primary.restart();
    await atWork.more(60);
  }
  t.diagnostic(`${atWork.acknowledged.length} acknowledged, ${(await atWork.arrived()).repeated} repeated`);
  const commands = [['status', '--json'], ['check'], ['messages', String(atWork.acknowledged[0])]];
  for (const { code, stdout, stderr } of await Promise.all(commands.map((args) => atWork.command(...args)))) {
    assert.equal(code, 0, stderr);
    assert.ok(stdout.length > 0);
  }
  await eventually('nothing is left to do', async () => {
    const { stdout } = await atWork.command('status', '--json');
    return !/"(waiting|inFlight|retrying)":[1-9]/.test(stdout);
  });
});
