import type { From, LogPlan } from '@relay/core';
import { type BrokenLog, troubleOfKeys } from './broken-log.ts';
import type { RedisConnection } from './connect.ts';
import { endpointsKey, logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/**
 * Remembers which plans are in force and makes sure that Redis has their logs and cursors. A cursor of the plans
 * in force that is missing later (Redis came back empty) begins at the start of the log and not at its end.
 */
export function createApply(redis: RedisConnection, run: RunScript) {
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

  /** Whatever is broken at one of them, the others are made. Rejects when Redis itself fails. */
  async function applyAll(all: readonly LogPlan[]): Promise<readonly BrokenLog[]> {
    const tries = await Promise.allSettled(all.map(applyOne));
    return all.flatMap(({ endpoint }, i): readonly BrokenLog[] => {
      const tried = tries[i];
      if (tried?.status !== 'rejected') return [];
      const reason = troubleOfKeys(tried.reason);
      if (reason === undefined) throw tried.reason;
      return [{ endpoint, reason }];
    });
  }

  return {
    /** Makes logs and cursors first, and only then lets the plans be in force: nothing is kept before somebody can read it. */
    async apply(next: readonly LogPlan[]): Promise<readonly BrokenLog[]> {
      const broken = await applyAll(next);
      plans = new Map(next.map((plan) => [plan.endpoint, plan]));
      known = new Set(
        next.flatMap(({ endpoint, cursors }) => cursors.map(({ subscriber }) => nameOf(endpoint, subscriber))),
      );
      return broken;
    },
    /** Makes again what Redis has lost, of those endpoints that are in a plan. */
    restore: (endpoints: readonly string[]): Promise<readonly BrokenLog[]> =>
      applyAll(endpoints.flatMap((endpoint) => plans.get(endpoint) ?? [])),
    knows: (endpoint: string) => plans.has(endpoint),
    dedupMs: (endpoint: string) => plans.get(endpoint)?.dedupMs ?? 0,
  };
}

function nameOf(endpoint: string, subscriber: string): string {
  return `${endpoint}\n${subscriber}`;
}

function beginning(from: From): string | number {
  return from.kind === 'ago' ? from.ms : from.kind;
}
