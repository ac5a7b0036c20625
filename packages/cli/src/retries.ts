import type { RedisConnection } from '@relay/journal';
import { createRetries, type Retries } from '@relay/retries';

/** Lends the alarms of retries, for one use. No alarm rings here: workers listen to them. */
export async function withRetries<T>(redis: RedisConnection, use: (retries: Retries) => Promise<T>): Promise<T> {
  const retries = createRetries({ redis, onAlarm: () => Promise.resolve(), onError: () => undefined });
  try {
    return await use(retries);
  } finally {
    await retries.close();
  }
}
