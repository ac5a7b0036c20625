import type { Configuration } from '@relay/config';
import type { RedisPlace } from '@relay/core';
import { connectFast, createJournal, type Journal, type RedisConnection } from '@relay/journal';
import { Failure } from './failure.ts';
import { shownRedis } from './shown-redis.ts';

const whatHelps = 'Start the relay with npm start, or name its Redis in REDIS_URL.';

/** Lends the journal of the configuration's Redis, and its connection, for one use. */
export async function withJournal<T>(
  configuration: Configuration,
  use: (journal: Journal, redis: RedisConnection) => Promise<T>,
): Promise<T> {
  const { retentionMs } = configuration;
  const redis = await connect(configuration.redis);
  const journal = createJournal({ redis, consumer: 'relay-cli', retentionMs: () => retentionMs });
  try {
    return await use(journal, redis);
  } finally {
    journal.close();
    redis.disconnect();
  }
}

async function connect(place: RedisPlace): Promise<ReturnType<typeof connectFast>> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const redis = connectFast({ ...place, name: 'relay-cli', onOutage: reject, onReady: resolve });
  try {
    await promise;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new Failure(`Redis at ${shownRedis(place)} does not answer: ${reasonOf(error)}. ${whatHelps}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gives an error without a message for a name with several addresses.
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
