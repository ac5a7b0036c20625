import { median } from '@relay/testkit';
import { type Arrival, isDelivered } from './arrivals.ts';
import type { Repeat } from './check-ids.ts';
import type { Happened } from './fault.ts';
import { isAcknowledged, type Post } from './vendor.ts';

/** What followed the faults of one name. */
export interface Aftermath {
  readonly name: string;
  readonly count: number;
  /**
   * From a fault's end to the first delivery after it, ms; Infinity when there was none, NaN when each ended while
   * Redis was broken in another way.
   */
  readonly medianMs: number;
  readonly worstMs: number;
}

/** What a worker that was killed had under way, as far as subscribers saw it break off. */
export interface Held {
  readonly worker: string;
  readonly count: number;
  /**
   * From the kill to the first and to the last delivery of it, ms; NaN when nothing was under way. Nobody takes what
   * others hold while Redis is away, so it counts from the end of what happened to Redis meanwhile.
   */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What breaks off so long after a kill is the kill's. */
const breakingMs = 2_000;
/** A delivery may have been made so long before the fault in which it could not be settled. */
const settlingMs = 2_000;

/** By name, in the order in which the faults first happened. `arrivals` are those of subscribers that answer at once. */
export function aftermathsOf(happened: readonly Happened[], arrivals: readonly Arrival[]): Aftermath[] {
  const deliveredAt = arrivals
    .filter(isDelivered)
    .map(({ at }) => at)
    .sort((one, other) => one - other);
  const firstAfter = (endedAt: number) =>
    (deliveredAt.find((at) => at >= endedAt) ?? Number.POSITIVE_INFINITY) - endedAt;
  const inAnother = (fault: Happened) =>
    happened.some((other) => {
      return (
        other !== fault && other.track === 'redis' && other.begunAt <= fault.endedAt && other.endedAt > fault.endedAt
      );
    });
  return [...Map.groupBy(happened, ({ name }) => name)].map(([name, each]) => {
    const waits = each.filter((fault) => !inAnother(fault)).map(({ endedAt }) => firstAfter(endedAt));
    const worstMs = waits.length === 0 ? Number.NaN : Math.max(...waits);
    return { name, count: each.length, medianMs: median(waits), worstMs };
  });
}

/** Of each worker that was killed. `arrivals` are those of subscribers that let deliveries wait, and never break them off. */
export function heldBy(happened: readonly Happened[], arrivals: readonly Arrival[]): Held[] {
  const redis = happened.filter(({ track }) => track === 'redis');
  const lastEndBefore = (at: number) => Math.max(...redis.map(({ endedAt }) => (endedAt < at ? endedAt : 0)), 0);
  return happened
    .filter(({ name }) => name === 'worker-killed')
    .map(({ what, begunAt }) => {
      const broken = arrivals.filter(
        ({ status, endedAt }) => status === 0 && endedAt >= begunAt && endedAt < begunAt + breakingMs,
      );
      const waits = broken.map(({ message }) => {
        const at = deliveredAfter(arrivals, message, begunAt);
        return at - Math.max(begunAt, lastEndBefore(at));
      });
      return { worker: what, count: waits.length, ...firstAndLast(waits) };
    });
}

function deliveredAfter(arrivals: readonly Arrival[], message: string, since: number): number {
  const again = arrivals.filter((other) => other.message === message && isDelivered(other) && other.at > since);
  return Math.min(...again.map(({ at }) => at));
}

function firstAndLast(waits: readonly number[]): Pick<Held, 'firstMs' | 'lastMs'> {
  if (waits.length === 0) return { firstMs: Number.NaN, lastMs: Number.NaN };
  return { firstMs: Math.min(...waits), lastMs: Math.max(...waits) };
}

/** How often repeats go with a fault that was there when the message could have been settled, by name; the later fault counts. */
export function causesOf(repeats: readonly Repeat[], happened: readonly Happened[]): Record<string, number> {
  // What happens to an ingest has nothing to do with deliveries.
  const causes = happened.filter(({ track }) => track !== 'ingest');
  const counts: Record<string, number> = {};
  for (const { firstAt, at } of repeats) {
    const cause = causes.findLast(({ begunAt, endedAt }) => begunAt <= at && endedAt >= firstAt - settlingMs);
    const name = cause?.name ?? 'unexplained';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** What was not acknowledged: `cutOff` where an ingest was killed meanwhile, which nobody can answer for; `refused` otherwise. */
export function unacknowledged(posts: readonly Post[], happened: readonly Happened[]) {
  const kills = happened.filter(({ name }) => name === 'ingest-killed');
  const isCutOff = ({ status, at, ackMs }: Post) =>
    status === 0 && kills.some(({ begunAt, endedAt }) => at <= endedAt && at + ackMs >= begunAt);
  const not = posts.filter((post) => !isAcknowledged(post));
  return { cutOff: not.filter(isCutOff), refused: not.filter((post) => !isCutOff(post)) };
}
