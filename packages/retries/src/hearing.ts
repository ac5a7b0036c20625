import { Cluster, type Redis } from 'ioredis';

/** A worker waits for its next alarm for up to 10 s, and so long nothing is heard: only more, in ms, is a dead connection. */
const silenceMs = 15_000;

/**
 * The connection on which alarms are heard; BullMQ makes more of it, one per subscriber, and makes those anew itself. A cluster
 * is not asked first whether it is whole: ioredis tells nobody who waits for a connection when it was not, and BullMQ waits for ever.
 */
export function connectToHear(redis: Redis | Cluster): Redis | Cluster {
  const waiting = { socketTimeout: silenceMs };
  if (!(redis instanceof Cluster)) return tellingItsEnd(redis.duplicate(waiting));
  return tellingItsEnd(
    redis.duplicate([], { enableReadyCheck: false, redisOptions: { ...waiting, commandTimeout: undefined } }),
  );
}

/**
 * ioredis tells nobody when a connection is given up that waits to be made anew, and BullMQ waits for ever to be told. There is
 * nothing to close then, just as before the first connection is made, and that end it does tell. So do its duplicates.
 */
function tellingItsEnd(redis: Redis | Cluster): Redis | Cluster {
  const disconnect = redis.disconnect.bind(redis);
  const duplicate: (...overrides: never[]) => Redis | Cluster = redis.duplicate.bind(redis);
  return Object.assign(redis, {
    disconnect(reconnect = false) {
      if (!reconnect && redis.status === 'reconnecting') redis.status = 'wait';
      disconnect(reconnect);
    },
    duplicate: (...overrides: never[]) => tellingItsEnd(duplicate(...overrides)),
  });
}
