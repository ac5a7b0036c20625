import type { Redis } from 'ioredis';

/**
 * The database that the URL names, or no connection: ioredis goes on in database 0 where it is refused another one. Told
 * as an error of the connection, which is then made anew; its duplicates are as strict.
 */
export function insistOnDatabase(redis: Redis): Redis {
  const select = redis.select.bind(redis);
  const duplicate = redis.duplicate.bind(redis);
  redis.select = async (database) => {
    try {
      return await select(database);
    } catch (error) {
      redis.disconnect(true);
      redis.emit('error', error);
      // As long as this is under way the connection does not count as made.
      return new Promise<never>(() => {});
    }
  };
  redis.duplicate = (override) => insistOnDatabase(duplicate(override));
  return redis;
}
