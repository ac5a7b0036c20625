import type { Configuration } from '@relay/config';
import { connectPatient, createRedisWarnings, type RedisConnection } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Logger } from 'pino';
import type { ClaimWait } from './claim-wait.ts';
import type { Outage } from './outage.ts';

export interface ConnectionsDeps {
  readonly outage: Pick<Outage, 'trouble' | 'over'>;
  readonly claimWait: Pick<ClaimWait, 'lost' | 'reached'>;
  readonly metrics: Pick<WorkerMetrics, 'redisWarnings'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Redis is there, for the first time or again. */
  readonly onReached: () => void;
}

/** The worker's ways to Redis: what listens has one of its own. */
export interface Connections {
  readonly redis: RedisConnection;
  readonly bell: RedisConnection;
  readonly holds: RedisConnection;
}

/** The main one tells of outages, and has Redis looked at for what it warns of whenever it is reached. */
export function createConnections(
  place: Configuration['redis'],
  { outage, claimWait, metrics, log, onReached }: ConnectionsDeps,
): Connections {
  const redis = connectPatient({
    ...place,
    name: 'relay-worker',
    onOutage(error) {
      claimWait.lost();
      outage.trouble(error);
    },
    onReady() {
      claimWait.reached();
      outage.over();
      onReached();
      warnings.look();
    },
  });
  const warnings = createRedisWarnings({
    redis,
    onWarning: (reason) => log.warn({ reason }, 'redis.warning'),
    onCount: metrics.redisWarnings,
  });
  return {
    redis,
    bell: connectPatient({ ...place, name: 'relay-worker-bell' }),
    holds: connectPatient({ ...place, name: 'relay-worker-holds' }),
  };
}
