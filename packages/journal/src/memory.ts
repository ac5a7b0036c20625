import type { RedisConnection } from './connect.ts';

/** Above this part of its maxmemory a Redis is nearly full: what need not be there is to stay away, or go. */
export const memoryCeiling = 0.85;

/** How full Redis was when it was asked. */
export interface Memory {
  /** The part of its maxmemory that the fullest node uses; 0 without a maxmemory, and more than 1 when it was lowered. */
  readonly fullest: number;
  /** Whether the node that has this endpoint's log is above `memoryCeiling`. */
  isNearlyFull(endpoint: string): boolean;
}

export async function readMemory(redis: RedisConnection): Promise<Memory> {
  const used = partInUse(await redis.info('memory'));
  return { fullest: used, isNearlyFull: () => used > memoryCeiling };
}

/**
 * As Redis itself reckons before it refuses a write: without what it owes to replicas and to its append-only file, which
 * deleting messages would not make less.
 */
export function partInUse(info: string): number {
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const most = bytes('maxmemory');
  return most === 0 ? 0 : Math.max(0, bytes('used_memory') - bytes('mem_not_counted_for_evict')) / most;
}
