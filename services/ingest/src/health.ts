import type { Readiness } from '@relay/metrics';
import type { InForce } from './in-force.ts';
import type { Listeners } from './listeners.ts';
import type { RedisWatch } from './redis-watch.ts';

export interface HealthOptions {
  readonly inForce: Pick<InForce, 'applied' | 'outdated'>;
  readonly listeners: Pick<Listeners, 'addresses'>;
  readonly redisWatch: Pick<RedisWatch, 'trouble'>;
}

/** Whether a callback posted now would be kept. Asks Redis each time, within a limit. */
export async function readiness({ inForce, listeners, redisWatch }: HealthOptions): Promise<Readiness> {
  const trouble = await redisWatch.trouble();
  const listening = listeners.addresses().map(({ address, port }) => `${address}:${port}`);
  const applied = inForce.applied();
  const standing = inForce.outdated() ? 'an older one is in force' : 'applied';
  return {
    ready: trouble === undefined && applied && listening.length > 0,
    redis: trouble ?? 'takes messages',
    configuration: applied ? standing : 'not applied to Redis yet',
    listening,
  };
}
