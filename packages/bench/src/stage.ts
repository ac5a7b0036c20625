import { type RedisOptions, type Remote, type RunningRedis, startRedis, startRemote } from '@relay/testkit';
import { Redis } from 'ioredis';
import type { ReceiversVerbs } from './receivers-process.ts';
import { untilReplicated } from './redis-figures.ts';
import type { Ingest, Service, Setting } from './system.ts';
import type { VendorVerbs } from './vendor-process.ts';

/** Redis' `appendfsync`; off: no append-only file at all. */
export type Fsync = 'off' | 'no' | 'everysec' | 'always';

export interface StageOptions {
  readonly fsync: Fsync;
  readonly replicas?: number;
  readonly endpoints: number;
  readonly subscribers: number;
  /** Callbacks have ids from 0 to capacity − 1. */
  readonly capacity: number;
  /** Ends what the vendor and the receivers are doing. */
  readonly signal: AbortSignal;
}

/** Everything around the system that is measured, new for each measurement and the same for both systems. */
export interface Stage extends AsyncDisposable {
  readonly redis: Pick<RunningRedis, 'pid' | 'kill' | 'restart'>;
  readonly client: Redis;
  readonly vendor: Remote<VendorVerbs>;
  readonly receivers: Remote<ReceiversVerbs>;
  readonly setting: Setting;
}

/** A stage with all of a system running on it. */
export interface Running extends Pick<Stage, 'redis' | 'vendor' | 'receivers'> {
  readonly ingest: Ingest;
  readonly worker: Service;
  /** Without any arrival for so long, what is missing counts as lost. */
  readonly stallMs: number;
}

const concurrency = 16;

export async function openStage(options: StageOptions): Promise<Stage> {
  const { fsync, replicas = 0, endpoints, subscribers, capacity, signal } = options;
  await using opening = new AsyncDisposableStack();
  const redis = opening.adopt(await startRedis(redisOptions(fsync)), (started) => started.stop());
  const replicaOptions = redisOptions(fsync, '--replicaof', '127.0.0.1', String(redis.port));
  for (let count = 0; count < replicas; count++)
    opening.adopt(await startRedis(replicaOptions), (started) => started.stop());
  const client = opening.adopt(new Redis(redis.url), (opened) => opened.disconnect());
  client.on('error', () => {}); // some measurements kill Redis, and the client finds it again
  const vendor = opening.adopt(startRemote<VendorVerbs>(new URL('./vendor-process.ts', import.meta.url)), (remote) =>
    remote.close(),
  );
  const receivers = opening.adopt(
    startRemote<ReceiversVerbs>(new URL('./receivers-process.ts', import.meta.url)),
    (remote) => remote.close(),
  );
  await untilReplicated(client, replicas);
  signal.throwIfAborted();
  const abort = () => void Promise.all([vendor.close(), receivers.close()]);
  signal.addEventListener('abort', abort);
  opening.defer(() => signal.removeEventListener('abort', abort));
  const urls = await receivers.ask('open', { subscribers, capacity });
  const everything = opening.move();
  return {
    redis,
    client,
    vendor,
    receivers,
    setting: {
      redisUrl: redis.url,
      replicas,
      endpoints,
      subscribers: urls.map((url, index) => ({ name: `subscriber-${index}`, url, concurrency })),
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function redisOptions(fsync: Fsync, ...more: readonly string[]): RedisOptions {
  // A rewrite of the append-only file would fall into some measurements and not into others.
  const args = ['--auto-aof-rewrite-percentage', '0', ...more];
  return fsync === 'off' ? { args } : { args, appendFsync: fsync };
}
