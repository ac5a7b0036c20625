import type { Readiness } from '@relay/metrics';
import type { Spool } from '@relay/spool';
import type { DiskWatch } from './disk-watch.ts';
import type { InForce } from './in-force.ts';
import type { Listeners } from './listeners.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { RedisWatch } from './redis-watch.ts';
import type { SpoolWatch } from './spool-watch.ts';

export interface HealthOptions {
  readonly inForce: Pick<InForce, 'applied' | 'outdated'>;
  readonly listeners: Pick<Listeners, 'addresses'>;
  readonly redisWatch: Pick<RedisWatch, 'trouble'>;
  readonly memoryWatch: Pick<MemoryWatch, 'trouble'>;
  readonly spool: Pick<Spool, 'depth'>;
  readonly spoolWatch: Pick<SpoolWatch, 'trouble'>;
  readonly diskWatch: Pick<DiskWatch, 'shortage'>;
}

/** Whether a callback posted now would be kept, and where. Asks Redis each time, within a limit. */
export async function readiness(options: HealthOptions): Promise<Readiness> {
  const { inForce, listeners, redisWatch, memoryWatch, spool, spoolWatch, diskWatch } = options;
  const away = await redisWatch.trouble();
  const redis = away ?? memoryWatch.trouble();
  const spooling = spoolWatch.trouble();
  const { messages, bytes, oldestAt } = spool.depth();
  const listening = listeners.addresses().map(({ address, port }) => `${address}:${port}`);
  const applied = inForce.applied();
  const standing = inForce.outdated() ? 'an older one is in force' : 'applied';
  // One that is nearly full is spared as long as the spool takes messages.
  const logTakes = applied && (spooling === undefined ? redis : away) === undefined;
  return {
    ready: (logTakes || spooling === undefined) && listening.length > 0,
    keeps: logTakes ? 'in Redis' : spooling === undefined ? 'in the spool' : 'nowhere',
    redis: redis ?? 'takes messages',
    spool: spooling ?? diskWatch.shortage() ?? 'takes messages',
    spooled: { messages, bytes, ...(oldestAt !== undefined && { oldestAt: new Date(oldestAt).toISOString() }) },
    configuration: applied ? standing : 'not applied to Redis yet',
    listening,
  };
}
