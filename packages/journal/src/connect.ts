import { Redis, type RedisOptions } from 'ioredis';

/** A connection to Redis, whatever its temper. */
export type RedisConnection = Redis;

export interface ConnectOptions {
  readonly url: string;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** Told once when the connection is lost or cannot be made, and once when it is there again. */
  readonly onOutage?: (error: Error) => void;
  readonly onReady?: () => void;
}

/** A command of ingest's that takes longer than this counts as not taken, in ms: the vendor must have its answer in time. */
const commandTimeoutMs = 1_500;
/** Nothing heard for so long, in ms, although something was asked: the connection is dead and is made anew. */
const silenceMs = 10_000;
const connectTimeoutMs = 2_000;
const slowestReconnectMs = 1_000;

/**
 * Ingest's temper: fails at once while Redis is away, and never queues. A command that times out may still have been
 * carried out; that is what request tokens are for.
 */
export function connectFast(options: ConnectOptions): Redis {
  return connect(options, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    autoResendUnfulfilledCommands: false,
  });
}

/** The worker's temper: waits for Redis as long as it takes. */
export function connectPatient(options: ConnectOptions): Redis {
  return connect(options, { maxRetriesPerRequest: null });
}

/** Replies are left as Redis gives them. */
type Options = Omit<RedisOptions, 'replyMapping'>;

function connect({ url, name, onOutage, onReady }: ConnectOptions, temper: Options): Redis {
  const options: Options = {
    protocol: 2,
    connectionName: name,
    connectTimeout: connectTimeoutMs,
    keepAlive: 10_000,
    socketTimeout: silenceMs,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 8), slowestReconnectMs),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...temper,
  };
  const redis = new Redis(url, options);
  reportOutagesOnce(redis, onOutage, onReady);
  return redis;
}

function reportOutagesOnce(
  redis: Redis,
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
