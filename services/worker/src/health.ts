import type { RedisConnection } from '@relay/journal';
import type { Readiness } from '@relay/metrics';

const probeTimeoutMs = 1_000;

/** Ready: a configuration is in force, and Redis answers now. Subscribers have no say in it: their trouble is not the worker's. */
export async function readiness({ redis, applied }: { redis: RedisConnection; applied: boolean }): Promise<Readiness> {
  const reachable = await answers(redis);
  return {
    ready: applied && reachable,
    configuration: applied ? 'applied' : 'not applied yet',
    redis: reachable ? 'reachable' : 'away',
  };
}

async function answers(redis: RedisConnection): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  const late = new Promise<boolean>((resolve) => {
    setTimeout(resolve, probeTimeoutMs, false).unref();
  });
  const pong = redis.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([pong, late]);
}
