import { once } from 'node:events';
import { test } from 'node:test';
import { eventually, startRedisCluster } from '@relay/testkit';
import { Cluster, Redis } from 'ioredis';
import { connectToHear } from '../src/hearing.ts';

test('a connection to a cluster that is not whole can be made anew, and whoever waits for it is told', async (t) => {
  const cluster = await startRedisCluster();
  const nodes = cluster.shards.map(({ primary }) => new Redis(primary.url));
  const redis = new Cluster(cluster.shards.map(({ primary: { port } }) => ({ host: '127.0.0.1', port })));
  const hearing = connectToHear(redis);
  t.after(async () => {
    for (const connection of [hearing, redis, ...nodes]) connection.disconnect();
    await cluster.stop();
  });
  await once(hearing, 'ready');
  hearing.disconnect();
  await once(hearing, 'end');

  for (const node of nodes) {
    await node.config('SET', 'cluster-require-full-coverage', 'yes');
    await node.call('CLUSTER', 'DELSLOTS', 0);
  }
  await eventually('the cluster is down', async () => {
    const answers = await Promise.all(nodes.map((node) => node.call('CLUSTER', 'INFO')));
    return answers.every((answer) => String(answer).includes('cluster_state:fail'));
  });
  let connected = false;
  const connecting = hearing.connect().then(() => {
    connected = true;
  });
  for (const node of nodes) await node.config('SET', 'cluster-require-full-coverage', 'no');
  await eventually('the connection is there, and says so', () => connected);
  await connecting;
});
