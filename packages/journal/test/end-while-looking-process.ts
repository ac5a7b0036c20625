/** Ends connections to a cluster while they look who has which slots; the process ends once none of them is left. */
import { setImmediate as turn } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { connectPatient } from '../src/index.ts';
import { nodesOf } from './given.ts';

const nodes = nodesOf(process.argv.slice(2));
await Promise.all(['first look', 'later look'].map(endWhileLooking));

async function endWhileLooking(when: string): Promise<void> {
  const redis = connectPatient({ cluster: nodes, tls: false, name: when });
  if (!(redis instanceof Cluster)) throw new Error('not a cluster');
  while (when === 'later look' && redis.status !== 'ready') await turn();
  while (!isLooking(redis)) await turn();
  redis.disconnect();
}

/** ioredis keeps it to itself. */
function isLooking(redis: Cluster): boolean {
  return Reflect.get(redis, 'isRefreshing') === true;
}
