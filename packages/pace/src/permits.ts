import { readFileSync } from 'node:fs';
import type { Rate } from '@relay/core';
import type { Cluster, Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type PaceWindow, windowOf } from './pace-window.ts';

const script = readFileSync(new URL('./permit.lua', import.meta.url), 'utf8');
const prefix = 'relay:pace';

/** What a subscriber may do at its rate, as Redis counts it for all processes. */
export interface Permits {
  /** So many may begin in one window. */
  readonly atOnce: number;
  /** 0: an attempt may begin. Else ask again in so many ms. Rejects when Redis does not say. */
  ask(): Promise<number>;
}

export function createPermits(redis: Redis | Cluster, subscriber: string, rate: Rate): Permits {
  const { count, ms } = windowOf(rate);
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: count,
    // The library means seconds, of which it knows whole ones only. It hands them on to the script, which takes them for ms.
    duration: ms,
    customIncrTtlLuaScript: script,
  });
  const key = keyOf(subscriber, { count, ms });
  return {
    atOnce: count,
    async ask() {
      try {
        await limiter.consume(key);
        return 0;
      } catch (answer) {
        if (answer instanceof RateLimiterRes) return Math.max(1, answer.msBeforeNext);
        throw answer;
      }
    },
  };
}

/** Another rate counts anew: what is left of an hour's window must not hold back what may be done each second. */
function keyOf(subscriber: string, { count, ms }: PaceWindow): string {
  return `${subscriber}:${count}/${ms}`;
}
