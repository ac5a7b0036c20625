import type { RedisConnection } from './connect.ts';
import { nodeOf, primaries } from './nodes.ts';

/** Above this part of its maxmemory a Redis is nearly full: what need not be there is to stay away, or go. */
export const memoryCeiling = 0.85;

/** How full Redis was when it was asked. */
export interface Memory {
  /** The part of its maxmemory that the fullest node uses; 0 without a maxmemory, and more than 1 when it was lowered. */
  readonly fullest: number;
  /** Whether the node that has this endpoint's log is above `memoryCeiling`. */
  isNearlyFull(endpoint: string): boolean;
}

/** Of a cluster every node is asked; one that is away uses nothing as long. Rejects when none answers. */
export async function readMemory(redis: RedisConnection): Promise<Memory> {
  const asked = primaries(redis).map(async ([node, connection]) => {
    return [node, partInUse(await connection.info('memory'))] as const;
  });
  const answers = await Promise.allSettled(asked);
  const parts = new Map(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])));
  if (parts.size === 0) throw answers.find((answer) => answer.status === 'rejected')?.reason;
  return {
    fullest: Math.max(...parts.values()),
    isNearlyFull: (endpoint) => (parts.get(nodeOf(redis, endpoint)) ?? 0) > memoryCeiling,
  };
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
