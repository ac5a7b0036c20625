import { Cluster, Command, type Redis } from 'ioredis';
import type { RedisConnection } from './connect.ts';
import { logKey } from './keys.ts';

/** The node of a Redis that is no cluster. */
const onlyNode = '';

/** Which node has an endpoint's keys, as `host:port`; empty where there is one Redis, or nobody knows yet. */
export function nodeOf(redis: RedisConnection, endpoint: string): string {
  if (!(redis instanceof Cluster)) return onlyNode;
  const slot = new Command('exists', [logKey(endpoint)]).getSlot();
  return (typeof slot === 'number' ? redis.slots[slot]?.[0] : undefined) ?? onlyNode;
}

/** What may be asked for in one script: on a cluster one endpoint's keys, else any. The same text for what goes together. */
export function groupOf(redis: RedisConnection): (endpoint: string) => string {
  return redis instanceof Cluster ? (endpoint) => endpoint : () => onlyNode;
}

/** Every node that takes writes, for what has to be asked of each. */
export function primaries(redis: RedisConnection): readonly (readonly [node: string, connection: Redis])[] {
  if (!(redis instanceof Cluster)) return [[onlyNode, redis]];
  return redis.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]);
}

/** The connection to the node that has an endpoint's keys. */
export function primaryOf(redis: RedisConnection, endpoint: string): Redis {
  const wanted = nodeOf(redis, endpoint);
  const found = primaries(redis).find(([node]) => node === wanted);
  if (found === undefined) throw new Error(`the node of Redis that has ${endpoint} is not known`);
  return found[1];
}
