import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type RunningRedis, startRedis } from './redis.ts';
import { isPrimary, until } from './redis-sentinel.ts';

export interface RedisClusterOptions {
  /** Default 0: a primary that dies takes its slots with it until it comes back. */
  readonly replicas?: 0 | 1;
  /** Of each node; see `RedisOptions`. */
  readonly appendFsync?: 'always' | 'everysec' | 'no';
  readonly args?: readonly string[];
}

/** A node with the slots that it had at the start, and the replica that takes them over. */
export interface RedisShard {
  readonly primary: RunningRedis;
  readonly replica: RunningRedis | undefined;
}

export interface RunningCluster {
  readonly shards: readonly RedisShard[];
  /** `127.0.0.1:<port>` of the primaries, as they stand in relay.yaml. */
  readonly nodes: readonly string[];
  /** The shard that had a key's slot at the start. */
  shardOf(key: string): Promise<RedisShard>;
  /** Kills the primary of a shard; resolves when its replica has taken its place. */
  failOver(shard: RedisShard): Promise<void>;
  stop(): Promise<void>;
}

const slots = 16_384;
const shardCount = 3;
/** After so long, in ms, a node that is silent counts as dead. */
const nodeTimeoutMs = 1_000;

/** Starts a real Redis Cluster of three primaries on 127.0.0.1. It never outlives the present process. */
export async function startRedisCluster({
  replicas = 0,
  args = [],
  appendFsync,
}: RedisClusterOptions = {}): Promise<RunningCluster> {
  const started: RunningRedis[] = [];
  const startNode = async () => {
    const node = await startRedis({
      args: [...settings, '--cluster-port', String(await freePort()), ...args],
      ...(appendFsync && { appendFsync }),
    });
    started.push(node);
    return node;
  };
  const clients: Redis[] = [];
  const connect = ({ url }: RunningRedis) => {
    const client = new Redis(url);
    clients.push(client);
    return client;
  };
  try {
    const primaries = await Promise.all(Array.from({ length: shardCount }, startNode));
    const copies = replicas === 0 ? [] : await Promise.all(primaries.map(startNode));
    await join(primaries.map(connect), copies.map(connect));
    const shards = primaries.map((primary, index) => ({ primary, replica: copies[index] }));
    return {
      shards,
      nodes: primaries.map(({ port }) => `127.0.0.1:${port}`),
      shardOf: (key) => shardOf(shards, key),
      async failOver({ primary, replica }) {
        await primary.kill();
        if (replica !== undefined) await until('the replica is the primary', replica, isPrimary);
      },
      stop: () => stopAll(started),
    };
  } catch (error) {
    await stopAll(started);
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
}

const settings = [
  ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)],
  ...['--cluster-require-full-coverage', 'no', '--cluster-replica-validity-factor', '0'],
  ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
];

async function join(primaries: readonly Redis[], copies: readonly Redis[]): Promise<void> {
  await Promise.all(
    primaries.map(async (client, index) => {
      const from = Math.floor((slots * index) / primaries.length);
      const to = Math.floor((slots * (index + 1)) / primaries.length) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }),
  );
  const [first, ...others] = [...primaries, ...copies];
  for (const other of others) {
    const [, busPort] = (await other.config('GET', 'cluster-port')) as string[];
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', other.options.port ?? 0, busPort ?? 0);
  }
  const all = [...primaries, ...copies];
  await everywhere('every node knows the others', all, async (client) => {
    return (await infoOf(client)).includes(`cluster_known_nodes:${all.length}`);
  });
  await Promise.all(copies.map((copy, index) => follow(copy, primaries[index])));
  await everywhere('the cluster is whole', all, async (client) => (await infoOf(client)).includes('cluster_state:ok'));
  await everywhere('replicas are there', copies, async (client) =>
    (await client.info('replication')).includes('master_link_status:up'),
  );
}

async function follow(copy: Redis, primary: Redis | undefined): Promise<void> {
  const id = await primary?.call('CLUSTER', 'MYID');
  await eventually('a node knows whom to follow', () =>
    copy.call('CLUSTER', 'REPLICATE', String(id)).then(
      () => true,
      () => false,
    ),
  );
}

async function everywhere(
  what: string,
  clients: readonly Redis[],
  isSo: (client: Redis) => Promise<boolean>,
): Promise<void> {
  await eventually(what, async () => (await Promise.all(clients.map(isSo))).every(Boolean));
}

async function infoOf(client: Redis): Promise<string> {
  return String(await client.call('CLUSTER', 'INFO'));
}

async function shardOf(shards: readonly RedisShard[], key: string): Promise<RedisShard> {
  const [any] = shards;
  if (any === undefined) throw new Error('the cluster has no nodes');
  const client = new Redis(any.primary.url);
  try {
    const slot = Number(await client.call('CLUSTER', 'KEYSLOT', key));
    const found = shards[Math.floor(((slot + 1) * shards.length - 1) / slots)];
    if (found === undefined) throw new Error(`no node has slot ${slot}`);
    return found;
  } finally {
    client.disconnect();
  }
}

async function stopAll(nodes: readonly RunningRedis[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop()));
}
