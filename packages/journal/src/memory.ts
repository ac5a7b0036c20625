import type { RedisConnection } from './connect.ts';
import { nodeOf, primaries } from './nodes.ts';

/** Above this part of its maxmemory a Redis is nearly full: what need not be there is to stay away, or go. */
export const memoryCeiling = 0.85;
/** It stays nearly full until it is below this, so that it is not now one, now the other while messages come and go. */
export const memoryRoomy = 0.8;

/** How full Redis was when it was asked. */
export interface Memory {
  /** The part of its maxmemory that the fullest node uses; 0 without a maxmemory, and more than 1 when it was lowered. */
  readonly fullest: number;
  /** Whether any node is nearly full. */
  readonly nearlyFull: boolean;
  /** Whether the node that has this endpoint's log is. */
  isNearlyFull(endpoint: string): boolean;
}

/** Of a cluster every node is asked; one that is away uses nothing as long. Rejects when none answers. */
export function createMemory(redis: RedisConnection): () => Promise<Memory> {
  let full: ReadonlySet<string> = new Set();

  return async () => {
    const asked = primaries(redis).map(async ([node, connection]) => {
      return [node, partInUse(await connection.info('memory'))] as const;
    });
    const answers = await Promise.allSettled(asked);
    const parts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (parts.length === 0) throw answers.find((answer) => answer.status === 'rejected')?.reason;
    const before = full;
    const isFull = ([node, part]: (typeof parts)[number]) => part > (before.has(node) ? memoryRoomy : memoryCeiling);
    const now = new Set(parts.filter(isFull).map(([node]) => node));
    full = now;
    return {
      fullest: Math.max(...parts.map(([, part]) => part)),
      nearlyFull: now.size > 0,
      isNearlyFull: (endpoint) => now.has(nodeOf(redis, endpoint)),
    };
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
