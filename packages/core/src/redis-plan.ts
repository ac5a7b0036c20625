/** Where Redis is, and when what it has taken counts as kept. */
export type RedisPlan = RedisPlace & Copies;

/** One Redis, a primary that sentinels watch, or a cluster. Told apart by the key that names it. */
export type RedisPlace = SingleRedis | RedisBehindSentinels | RedisCluster;

export interface SingleRedis {
  readonly url: string;
}

export interface RedisBehindSentinels extends RedisLogin {
  readonly sentinels: readonly RedisNode[];
  /** By which name the sentinels know the primary. */
  readonly primary: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

export interface RedisCluster extends RedisLogin {
  /** Some of its nodes; they know the others. */
  readonly cluster: readonly RedisNode[];
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

/** What has to have a message, beside the Redis that took it, before the message counts as kept. */
export interface Copies {
  /** So many replicas of that Redis, in memory. */
  readonly replicas: number;
  /** The disk of that Redis, and of so many replicas. */
  readonly fsync: boolean;
}
