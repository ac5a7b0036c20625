import { randomBytes } from 'node:crypto';
import type { RedisConnection } from './connect.ts';
import { inForceKey } from './keys.ts';

/** Not a name of anything in a configuration. */
const saltField = 'salt';

/** What workers have written down of the configuration that they applied last: a text for each name. */
export interface InForce {
  /** Goes into every hash of a secret, so that equal secrets of two relays do not look alike. */
  readonly salt: string;
  /** Undefined when no worker has ever applied one. */
  readonly texts: ReadonlyMap<string, string> | undefined;
}

export async function readInForce(redis: RedisConnection): Promise<InForce> {
  const { [saltField]: salt, ...texts } = await redis.hgetall(inForceKey);
  return salt === undefined ? { salt: '', texts: undefined } : { salt, texts: new Map(Object.entries(texts)) };
}

/** Replaces what was written down before. The salt is made by whoever writes first, and stays. */
export async function writeInForce(
  redis: RedisConnection,
  textsWith: (salt: string) => ReadonlyMap<string, string>,
): Promise<void> {
  await redis.hsetnx(inForceKey, saltField, randomBytes(16).toString('hex'));
  const salt = (await redis.hget(inForceKey, saltField)) ?? '';
  const texts = Object.fromEntries(textsWith(salt));
  const answers = await redis
    .multi()
    .del(inForceKey)
    .hset(inForceKey, { ...texts, [saltField]: salt })
    .exec();
  for (const [error] of answers ?? []) if (error !== null) throw error;
}
