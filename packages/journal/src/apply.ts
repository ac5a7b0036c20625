import type { From, LogPlan } from '@relay/core';
import { type BrokenLog, troubleOfKeys } from './broken-log.ts';
import type { RedisConnection } from './connect.ts';
import { endpointsKey, logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/** Whether a configuration is put into force, or only what is missing is made. */
type Occasion = 'applied' | '';

/** A cursor that had left the configurations in force and is named again. */
export interface Returned {
  readonly endpoint: string;
  readonly subscriber: string;
  /** How many messages it has missed, and will not get. */
  readonly discarded: number;
}

/**
 * Remembers which plans are in force and makes sure that Redis has their logs and cursors. A cursor of the plans
 * in force that is missing later (Redis came back empty) begins at the start of the log and not at its end.
 */
export function createApply(
  redis: RedisConnection,
  run: RunScript,
  onReturned: (returned: Returned) => void = () => undefined,
) {
  let plans: ReadonlyMap<string, LogPlan> = new Map();
  let known: ReadonlySet<string> = new Set();

  async function applyOne({ endpoint, cursors }: LogPlan, occasion: Occasion): Promise<void> {
    // Asked first, since Redis refuses an SADD at maxmemory even where it changes nothing.
    if ((await redis.sismember(endpointsKey, endpoint)) === 0) await redis.sadd(endpointsKey, endpoint);
    const values = cursors.flatMap(({ subscriber, from, resume = false }) => [
      subscriber,
      beginning(from),
      known.has(nameOf(endpoint, subscriber)) ? 'known' : '',
      resume ? 'resume' : '',
    ]);
    const returned = (await run('relayApply', [logKey(endpoint)], [occasion, ...values])) as [Buffer, number][];
    for (const [subscriber, discarded] of returned) onReturned({ endpoint, subscriber: String(subscriber), discarded });
  }

  const makeAll = (all: readonly LogPlan[], occasion: Occasion) =>
    ofSound(
      all.map(({ endpoint }) => endpoint),
      all.map((plan) => applyOne(plan, occasion)),
    );

  /** Says of every cursor that these plans lack that they do, also where they lack the whole endpoint. */
  async function disown(all: readonly LogPlan[]): Promise<void> {
    const named = new Map(all.map(({ endpoint, cursors }) => [endpoint, cursors.map(({ subscriber }) => subscriber)]));
    const endpoints = await redis.smembers(endpointsKey);
    const stamping = endpoints.map((endpoint) =>
      run('relayStamp', [logKey(endpoint)], ['applied', ...(named.get(endpoint) ?? [])]),
    );
    await ofSound(endpoints, stamping);
  }

  return {
    /** Makes logs and cursors first, and only then lets the plans be in force: nothing is kept before somebody can read it. */
    async apply(next: readonly LogPlan[]): Promise<readonly BrokenLog[]> {
      const broken = await makeAll(next, 'applied');
      await disown(next);
      plans = new Map(next.map((plan) => [plan.endpoint, plan]));
      known = new Set(
        next.flatMap(({ endpoint, cursors }) => cursors.map(({ subscriber }) => nameOf(endpoint, subscriber))),
      );
      return broken;
    },
    /** Makes what is missing, without putting anything into force. */
    make: (missing: readonly LogPlan[]): Promise<readonly BrokenLog[]> => makeAll(missing, ''),
    /** Makes again what Redis has lost, of those endpoints that are in a plan. */
    restore: (endpoints: readonly string[]): Promise<readonly BrokenLog[]> =>
      makeAll(
        endpoints.flatMap((endpoint) => plans.get(endpoint) ?? []),
        '',
      ),
    knows: (endpoint: string) => plans.has(endpoint),
    dedupMs: (endpoint: string) => plans.get(endpoint)?.dedupMs ?? 0,
  };
}

/** Whatever is broken at one endpoint, the others are done. Rejects when Redis itself fails. */
async function ofSound(
  endpoints: readonly string[],
  doing: readonly Promise<unknown>[],
): Promise<readonly BrokenLog[]> {
  const tries = await Promise.allSettled(doing);
  return endpoints.flatMap((endpoint, i): readonly BrokenLog[] => {
    const tried = tries[i];
    if (tried?.status !== 'rejected') return [];
    const reason = troubleOfKeys(tried.reason);
    if (reason === undefined) throw tried.reason;
    return [{ endpoint, reason }];
  });
}

function nameOf(endpoint: string, subscriber: string): string {
  return `${endpoint}\n${subscriber}`;
}

function beginning(from: From): string | number {
  return from.kind === 'ago' ? from.ms : from.kind;
}
