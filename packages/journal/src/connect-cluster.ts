import type { RedisCluster } from '@relay/core';
import { Cluster, type Redis } from 'ioredis';
import type { Temper } from './connect.ts';
import { tolerateFailing } from './tolerate-failing.ts';

/** How often the nodes are asked who has which slots, in ms: so soon a failover is seen where no command was sent astray. */
const lookAtSlotsEveryMs = 1_000;
const slotsTimeoutMs = 1_000;
/** After so many tries, a second apart at the end, a node is given up until the cluster names it again: it may have got another address. */
const mostReconnects = 10;
/** A command that waits is tried again so soon, in ms, while its node is away. */
const tryAgainMs = 100;
/** What a node does not answer for so long, in ms, fails; it would hold up what is asked of the others. */
const patienceMs = 5_000;
/** So often at most is a command tried again or sent on to another node; a patient one for some seconds. */
const mostRedirections = { fast: 4, patient: 30 };

/**
 * A connection to each node; a node that is away fails only what is asked of its own slots. Also the patient temper waits
 * for it for some seconds at most: what waits for one node must not hold up the others.
 */
export function createCluster(
  { cluster, username, password, tls }: RedisCluster,
  { waits, options }: Temper,
  reconnectAfterMs: (attempt: number) => number,
): Cluster {
  const connected = new Cluster([...cluster], {
    enableOfflineQueue: waits,
    clusterRetryStrategy: reconnectAfterMs,
    clusterNodeRetryStrategy: waits ? null : (attempt) => (attempt > mostReconnects ? null : reconnectAfterMs(attempt)),
    maxRedirections: waits ? mostRedirections.patient : mostRedirections.fast,
    retryDelayOnFailover: waits ? tryAgainMs : 0,
    retryDelayOnClusterDown: waits ? tryAgainMs : 0,
    retryDelayOnTryAgain: tryAgainMs,
    slotsRefreshTimeout: slotsTimeoutMs,
    redisOptions: {
      ...options,
      ...(waits && { commandTimeout: patienceMs }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
    },
  });
  return tended(connected);
}

/** Does what ioredis leaves undone; its duplicates do so, too. */
function tended(cluster: Cluster): Cluster {
  lookAtSlots(cluster);
  // Sent ahead of a command whose slot is being moved; the command fails just as well.
  cluster.on('+node', (node: Redis) => tolerateFailing(node, 'asking'));
  const duplicate = cluster.duplicate.bind(cluster);
  cluster.duplicate = (...overrides) => tended(duplicate(...overrides));
  return cluster;
}

/**
 * Asks the nodes who has which slots, again and again while there is a connection. ioredis can do it as well, but a look that
 * is under way while the connection ends or is made anew begins a round that never ends and keeps the process alive.
 */
function lookAtSlots(cluster: Cluster): void {
  let looking: NodeJS.Timeout | undefined;
  cluster.on('ready', () => {
    looking ??= setInterval(look, lookAtSlotsEveryMs).unref();
  });
  cluster.on('end', () => {
    clearInterval(looking);
    looking = undefined;
  });
  function look(): void {
    if (cluster.status === 'ready') cluster.refreshSlotsCache();
  }
}
