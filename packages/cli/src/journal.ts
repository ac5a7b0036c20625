import type { Configuration } from '@relay/config';
import {
  connectFast,
  createJournal,
  describeTrouble,
  isRedisTrouble,
  type Journal,
  type RedisConnection,
} from '@relay/journal';
import { asksForRedis } from './configuration.ts';
import { Failure } from './failure.ts';
import { notedRedisUrl, type Place } from './place.ts';
import { shownRedis } from './shown-redis.ts';

/** Where a command looks. */
export interface Here {
  readonly place: Place;
  /** As it was given, if it was. */
  readonly config: string | undefined;
  readonly configuration: Configuration;
}

/** Lends the journal of the configuration's Redis, and its connection, for one use. */
export async function withJournal<T>(
  here: Here,
  use: (journal: Journal, redis: RedisConnection) => Promise<T>,
): Promise<T> {
  const { redis: place, retentionMs } = here.configuration;
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const redis = connectFast({ ...place, name: 'relay-cli', onOutage: reject, onReady: resolve });
  const journal = createJournal({ redis, consumer: 'relay-cli', retentionMs: () => retentionMs });
  let isReached = false;
  try {
    await ready;
    isReached = true;
    return await use(journal, redis);
  } catch (error) {
    throw !isReached || isRedisTrouble(error) ? new Failure(await describe(error, here)) : error;
  } finally {
    journal.close();
    redis.disconnect();
  }
}

async function describe(error: unknown, { place, config, configuration }: Here): Promise<string> {
  const trouble = describeTrouble(error).replace(/[^.?]$/, '$&.');
  const sentences = [trouble, `The configuration names ${shownRedis(configuration.redis)}.`];
  if (await isUndecided(place, config)) sentences.push(whatHelps);
  return sentences.join(' ');
}

const whatHelps = 'Start the relay with npm start, or name its Redis in REDIS_URL.';

/** Whether nobody says which Redis it is: neither a relay that runs in this folder, nor the environment, nor the configuration. */
async function isUndecided(place: Place, config: string | undefined): Promise<boolean> {
  return notedRedisUrl(place) === undefined && (await asksForRedis(place, config));
}
