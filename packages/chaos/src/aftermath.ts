import { median, percentile } from '@relay/testkit';
import { type Arrival, isDelivered } from './arrivals.ts';
import type { Repeat } from './check-ids.ts';
import type { Happened } from './fault.ts';
import { isAcknowledged, isAnswered, type Post } from './post.ts';

/** What faults of one name did, and what followed them. */
export interface Aftermath {
  readonly name: string;
  readonly count: number;
  /** The slowest acknowledgement of what was posted meanwhile, ms; NaN when nothing was. */
  readonly worstAckMs: number;
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
   * others hold while workers are cut off from Redis, so it counts from the last end of that.
   */
  readonly firstMs: number;
  readonly lastMs: number;
  /** From the kill, whatever happened meanwhile. */
  readonly firstByClockMs: number;
  readonly lastByClockMs: number;
}

/** What breaks off so long after a kill is the kill's. */
const breakingMs = 2_000;
/** A fault within so long of a delivery may have kept it from being settled. */
const settlingMs = 2_000;

interface Aftermaths {
  readonly happened: readonly Happened[];
  /** Of subscribers that answer at once. */
  readonly arrivals: readonly Arrival[];
  readonly posts: readonly Post[];
}

/** By name, in the order in which the faults first happened. */
export function aftermathsOf({ happened, arrivals, posts }: Aftermaths): Aftermath[] {
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
    const worstAckMs = worstOf(each.flatMap((fault) => acksDuring(fault, posts)));
    return { name, count: each.length, worstAckMs, medianMs: median(waits), worstMs: worstOf(waits) };
  });
}

function acksDuring({ begunAt, endedAt }: Happened, posts: readonly Post[]): number[] {
  return posts
    .filter((post) => isAcknowledged(post) && post.at >= begunAt && post.at <= endedAt)
    .map(({ ackMs }) => ackMs);
}

function worstOf(values: readonly number[]): number {
  return percentile(values, 100);
}

/** Of each worker that was killed. `arrivals` are those of subscribers that let deliveries wait, and never break them off. */
export function heldBy(happened: readonly Happened[], arrivals: readonly Arrival[]): Held[] {
  const cuts = happened.filter(({ cutsOffWorkers }) => cutsOffWorkers);
  const lastEndBefore = (at: number) => Math.max(...cuts.map(({ endedAt }) => (endedAt < at ? endedAt : 0)), 0);
  return happened
    .filter(({ name }) => name === 'worker-killed')
    .map(({ what, begunAt }) => {
      const broken = arrivals.filter(
        ({ status, endedAt }) => status === 0 && endedAt >= begunAt && endedAt < begunAt + breakingMs,
      );
      const deliveredAt = broken.map(({ message }) => deliveredAfter(arrivals, message, begunAt));
      const [firstMs, lastMs] = firstAndLast(deliveredAt.map((at) => at - Math.max(begunAt, lastEndBefore(at))));
      const [firstByClockMs, lastByClockMs] = firstAndLast(deliveredAt.map((at) => at - begunAt));
      return { worker: what, count: deliveredAt.length, firstMs, lastMs, firstByClockMs, lastByClockMs };
    });
}

function deliveredAfter(arrivals: readonly Arrival[], message: string, since: number): number {
  const again = arrivals.filter((other) => other.message === message && isDelivered(other) && other.at > since);
  return Math.min(...again.map(({ at }) => at));
}

function firstAndLast(waits: readonly number[]): [number, number] {
  return [percentile(waits, 0), percentile(waits, 100)];
}

/**
 * How often repeats go with faults, by their names: with all that were there when the message should have been settled,
 * else with the last one before it came again, such as a cursor that was destroyed.
 */
export function causesOf(repeats: readonly Repeat[], happened: readonly Happened[]): Record<string, number> {
  // What happens to an ingest has nothing to do with deliveries.
  const causes = happened.filter(({ track }) => track !== 'ingest');
  const counts: Record<string, number> = {};
  for (const { firstAt, at } of repeats) {
    const there = causes.filter(
      ({ begunAt, endedAt }) => begunAt <= firstAt + settlingMs && endedAt >= firstAt - settlingMs,
    );
    const later = causes.findLast(({ begunAt }) => begunAt > firstAt && begunAt <= at);
    const found = there.length > 0 || later === undefined ? there : [later];
    const name = [...new Set(found.map((cause) => cause.name))].join(' with ') || 'nothing that is known';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Who posts may not know yet that an ingest is gone. */
const unawareMs = 100;
/** A post that is cut off breaks off at once. */
const cutOffWithinMs = 1_000;

/**
 * What was not acknowledged: `cutOff` where it was under way in the moment that an ingest was killed, and broke off then,
 * which nobody can answer for; `refused` otherwise, since another ingest was there.
 */
export function unacknowledged(posts: readonly Post[], happened: readonly Happened[]) {
  const kills = happened.filter(({ name }) => name === 'ingest-killed');
  const isCutOff = (post: Post) => {
    const failedAt = post.at + post.ackMs;
    return (
      !isAnswered(post) &&
      kills.some(({ begunAt, brokenAt }) => {
        return post.at <= brokenAt + unawareMs && failedAt >= begunAt && failedAt <= brokenAt + cutOffWithinMs;
      })
    );
  };
  const not = posts.filter((post) => !isAcknowledged(post));
  return { cutOff: not.filter(isCutOff), refused: not.filter((post) => !isCutOff(post)) };
}
