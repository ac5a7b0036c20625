import type { RedisCluster } from '@relay/core';
import { Cluster } from 'ioredis';
import type { Temper } from './connect.ts';

/** How often the nodes are asked who has which slots, in ms: so soon a failover is seen where no command was sent astray. */
const lookAtSlotsEveryMs = 1_000;
const slotsTimeoutMs = 1_000;
/** After so many tries, a second apart at the end, a node is given up until the cluster names it again: it may have got another address. */
const mostReconnects = 10;
/** A command that waits is tried again so soon, in ms, while its node is away. */
const tryAgainMs = 100;
/** So often at most is a command sent on to another node. What waits is tried again each time, for as long as it takes. */
const mostRedirections = { fast: 4, patient: Number.MAX_SAFE_INTEGER };

/** A connection to each node; a node that is away fails, or holds up, only what is asked of its own slots. */
export function createCluster(
  { cluster, username, password, tls }: RedisCluster,
  { waits, options }: Temper,
  reconnectAfterMs: (attempt: number) => number,
): Cluster {
  return new Cluster([...cluster], {
    enableOfflineQueue: waits,
    clusterRetryStrategy: reconnectAfterMs,
    clusterNodeRetryStrategy: (attempt) => (attempt > mostReconnects ? null : reconnectAfterMs(attempt)),
    maxRedirections: waits ? mostRedirections.patient : mostRedirections.fast,
    retryDelayOnFailover: waits ? tryAgainMs : 0,
    retryDelayOnClusterDown: waits ? tryAgainMs : 0,
    retryDelayOnTryAgain: tryAgainMs,
    slotsRefreshInterval: lookAtSlotsEveryMs,
    slotsRefreshTimeout: slotsTimeoutMs,
    redisOptions: {
      ...options,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
    },
  });
}
