import { type Journal, type Memory, memoryCeiling, memoryRoomy } from '@relay/journal';
import type { DampedLog, IngestMetrics } from '@relay/metrics';

/** Knows how full Redis is: in one that is nearly full new messages would take the room that forwarding and settling need. */
export interface MemoryWatch {
  /** Whether the Redis that has the log of this endpoint is nearly full, as far as is known. */
  isNearlyFull(endpoint: string): boolean;
  /** That Redis is nearly full, in a sentence, or undefined. */
  trouble(): string | undefined;
  close(): void;
}

export interface MemoryWatchOptions {
  readonly memory: Journal['memory'];
  readonly metrics: Pick<IngestMetrics, 'redisMemory'>;
  readonly log: Pick<DampedLog, 'warn' | 'info'>;
}

const askEveryMs = 1_000;

/** Asks Redis again and again. While it does not answer, what it said last counts. */
export function createMemoryWatch({ memory, metrics, log }: MemoryWatchOptions): MemoryWatch {
  let last: Memory = { fullest: 0, nearlyFull: false, isNearlyFull: () => false };
  let timer = setTimeout(() => void ask(), askEveryMs);
  let closed = false;

  async function ask(): Promise<void> {
    const now = await memory().catch(() => last);
    if (closed) return;
    timer = setTimeout(() => void ask(), askEveryMs);
    note(now);
  }

  function note(now: Memory): void {
    const before = last.nearlyFull;
    last = now;
    metrics.redisMemory(now.fullest);
    if (now.nearlyFull === before) return;
    const part = Math.round(now.fullest * 100) / 100;
    if (before) log.info({ part }, 'redis.roomy');
    else log.warn({ part, reason: nearlyFull }, 'redis.nearly-full');
  }

  return {
    isNearlyFull: (endpoint) => last.isNearlyFull(endpoint),
    trouble: () => (last.nearlyFull ? nearlyFull : undefined),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const nearlyFull = `Redis has used more than ${memoryCeiling * 100} % of its maxmemory: messages go to the spool until it uses less than ${memoryRoomy * 100} %`;
