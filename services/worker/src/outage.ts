import { describeTrouble, NodeAwayError } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';

/** Says what is wrong with Redis: each reason once per outage, not once per delivery. */
export interface Outage {
  /** Redis is away, or did not do what it was asked. */
  trouble(error: unknown): void;
  /** Redis is there and does what it is asked. */
  over(): void;
  /** Whether it was away when it was last heard of. */
  going(): boolean;
  /** Whether it was reached, and has not been away since: the metrics say the same. */
  reachable(): boolean;
}

export interface OutageOptions {
  readonly metrics: Pick<WorkerMetrics, 'redisReachable'>;
  /** Damped: an outage that comes and goes is said once. */
  readonly log: Pick<DampedLog, 'error' | 'info'>;
  readonly clock?: () => number;
}

export function createOutage({ metrics, log, clock = Date.now }: OutageOptions): Outage {
  const said = new Set<string>();
  let since = clock();
  let reached = false;

  function note(reachable: boolean): void {
    reached = reachable;
    metrics.redisReachable(reachable);
  }

  return {
    trouble(error) {
      // Which node that is was said by the journal.
      if (error instanceof NodeAwayError) return;
      const reason = describeTrouble(error);
      if (said.size === 0) since = clock();
      if (!said.has(reason)) log.error({ reason }, 'redis.away');
      said.add(reason);
      note(false);
    },
    over() {
      if (said.size > 0) log.info({ awayMs: clock() - since }, 'redis.reached');
      said.clear();
      note(true);
    },
    going: () => said.size > 0,
    reachable: () => reached,
  };
}
