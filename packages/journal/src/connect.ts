import type { RedisPlace } from '@relay/core';
import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { createCluster } from './connect-cluster.ts';
import { insistOnDatabase } from './insist-on-database.ts';
import { PrimaryConnector } from './primary-connector.ts';

/** A connection to Redis, whatever its temper; to a cluster, one to each of its nodes that is needed. */
export type RedisConnection = Redis | Cluster;

export type ConnectOptions = RedisPlace & {
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** Told once when the connection is lost or cannot be made, and once when it is there again. */
  readonly onOutage?: (error: Error) => void;
  readonly onReady?: () => void;
};

/** A command of ingest's that takes longer than this counts as not taken, in ms: the vendor must have its answer in time. */
const commandTimeoutMs = 1_500;
/** Nothing heard for so long, in ms, although something was asked: the connection is dead and is made anew. */
const silenceMs = 3_000;
const connectTimeoutMs = 2_000;
const slowestReconnectMs = 1_000;
/** A sentinel that has not said by then where the primary is, in ms, is passed over. */
const sentinelTimeoutMs = 1_000;

/** What tells the tempers apart, whatever kind of Redis it is. */
export interface Temper {
  /** Whether a command waits for a connection, as long as it takes. */
  readonly waits: boolean;
  /** For the connection to one node. Replies are left as Redis gives them. */
  readonly options: Omit<RedisOptions, 'replyMapping'>;
}

const usual: Temper['options'] = {
  protocol: 2,
  connectTimeout: connectTimeoutMs,
  keepAlive: 10_000,
  socketTimeout: silenceMs,
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  // Whoever listens asks for it again: when ioredis is refused that, nobody is told, and the process ends.
  autoResubscribe: false,
};

const fast: Temper = {
  waits: false,
  options: {
    ...usual,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    autoResendUnfulfilledCommands: false,
  },
};

const patient: Temper = { waits: true, options: { ...usual, maxRetriesPerRequest: null } };

/**
 * Ingest's temper: fails at once while Redis is away, and never queues. A command that times out may still have been
 * carried out; that is what request tokens are for.
 */
export function connectFast(options: ConnectOptions): RedisConnection {
  return connect(options, fast);
}

/** The worker's temper: waits for Redis as long as it takes. */
export function connectPatient(options: ConnectOptions): RedisConnection {
  return connect(options, patient);
}

function connect({ name, onOutage, onReady, ...place }: ConnectOptions, temper: Temper): RedisConnection {
  const named = { ...temper, options: { ...temper.options, connectionName: name } };
  const redis = 'cluster' in place ? createCluster(place, named, reconnectAfterMs) : createRedis(place, named);
  reportOutagesOnce(redis, (error) => onOutage?.(naming(place, error)), onReady);
  return redis;
}

/** ioredis does not say which sentinels it has asked, and for what. */
function naming(place: RedisPlace, error: Error): Error {
  if (!('sentinels' in place)) return error;
  const { sentinels, primary } = place;
  return Object.assign(error, { sentinels, primary });
}

function createRedis(place: Exclude<RedisPlace, { cluster: unknown }>, { waits, options }: Temper): Redis {
  const all = { ...options, retryStrategy: reconnectAfterMs, enableOfflineQueue: waits };
  if ('url' in place) return insistOnDatabase(new Redis(place.url, all));
  const { sentinels, primary, username, password, sentinelUsername, sentinelPassword, tls } = place;
  return new Redis({
    ...all,
    sentinels: [...sentinels],
    name: primary,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { tls: {}, enableTLSForSentinelMode: true, sentinelTLS: {} }),
    sentinelRetryStrategy: reconnectAfterMs,
    sentinelCommandTimeout: sentinelTimeoutMs,
    Connector: PrimaryConnector,
    // A primary that hangs keeps its connections open: only the sentinels tell that there is another one.
    failoverDetector: true,
  });
}

function reconnectAfterMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 8), slowestReconnectMs);
}

function reportOutagesOnce(
  redis: RedisConnection,
  onOutage: ConnectOptions['onOutage'],
  onReady: ConnectOptions['onReady'],
): void {
  let away = false;
  let ending = false;
  const outage = (error: Error) => {
    if (away || ending) return;
    away = true;
    onOutage?.(error);
  };
  redis.on('error', outage);
  redis.on('end', () => {
    ending = true;
  });
  redis.on('close', () => {
    if (redis.status !== 'end') outage(new Error('the connection to Redis was closed'));
  });
  redis.on('ready', () => {
    away = false;
    onReady?.();
  });
}
