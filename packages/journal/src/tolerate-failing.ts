import type { Redis } from 'ioredis';

/**
 * ioredis asks these of its own accord as well and leaves it to nobody when they fail, which would end the process. Whoever
 * asks and waits for the answer is still told.
 */
export function tolerateFailing(redis: Redis, name: 'asking' | 'subscribe'): void {
  const ask = redis[name].bind(redis) as (...values: never[]) => Promise<unknown>;
  Object.assign(redis, {
    [name](...values: never[]) {
      const asked = ask(...values);
      asked.catch(() => undefined);
      return asked;
    },
  });
}
