import type { From, LogPlan } from '@relay/core';
import type { Redis } from 'ioredis';
import { endpointsKey, logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/**
 * Remembers which plans are in force and makes sure that Redis has their logs and cursors. A cursor of the plans
 * in force that is missing later (Redis came back empty) begins at the start of the log and not at its end.
 */
export function createApply(redis: Redis, run: RunScript) {
  let plans: ReadonlyMap<string, LogPlan> = new Map();
  let known: ReadonlySet<string> = new Set();

  async function applyOne({ endpoint, cursors }: LogPlan): Promise<void> {
    // Asked first, since Redis refuses an SADD at maxmemory even where it changes nothing.
    if ((await redis.sismember(endpointsKey, endpoint)) === 0) await redis.sadd(endpointsKey, endpoint);
    const values = cursors.flatMap(({ subscriber, from }) => [
      subscriber,
      beginning(from),
      known.has(nameOf(endpoint, subscriber)) ? 'known' : '',
    ]);
    await run('relayApply', [logKey(endpoint)], values);
  }

  return {
    /** Makes logs and cursors first, and only then lets the plans be in force: nothing is kept before somebody can read it. */
    async apply(next: readonly LogPlan[]): Promise<void> {
      await Promise.all(next.map(applyOne));
      plans = new Map(next.map((plan) => [plan.endpoint, plan]));
      known = new Set(
        next.flatMap(({ endpoint, cursors }) => cursors.map(({ subscriber }) => nameOf(endpoint, subscriber))),
      );
    },
    /** Makes again what Redis has lost; false when an endpoint is in no plan. */
    async restore(endpoints: readonly string[]): Promise<boolean> {
      const lost = endpoints.flatMap((endpoint) => plans.get(endpoint) ?? []);
      await Promise.all(lost.map(applyOne));
      return lost.length === endpoints.length;
    },
    dedupMs: (endpoint: string) => plans.get(endpoint)?.dedupMs ?? 0,
  };
}

function nameOf(endpoint: string, subscriber: string): string {
  return `${endpoint}\n${subscriber}`;
}

function beginning(from: From): string | number {
  return from.kind === 'ago' ? from.ms : from.kind;
}
