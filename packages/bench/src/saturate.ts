import { percentile } from '@relay/testkit';
import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import { accepted, acksSince, type Posted } from './posted.ts';
import { connections, longestMs } from './posting.ts';
import type { Running } from './stage.ts';

export interface Load {
  readonly firstId: number;
  readonly messages: number;
  readonly subscribers: number;
}

/** What a system accepts while it also delivers, as much as both take, and what a message costs from its post to its last delivery. */
export async function saturate(
  { redis, vendor, receivers, ingest, worker, stallMs }: Running,
  { firstId, messages, subscribers }: Load,
): Promise<{ posted: Posted; figures: Figures }> {
  const before = await receivers.ask('progress', undefined);
  const cpuSince = countCpu({ ingest: ingest.pid, worker: worker.pid, redis: redis.pid });
  const posted = await vendor.ask('postClosed', {
    targets: ingest.targets,
    firstId,
    connections,
    limit: messages,
    durationMs: longestMs,
  });
  const meanwhile = await receivers.ask('progress', undefined);
  const count = before.arrived + accepted(posted).length * subscribers;
  await receivers.ask('awaitArrivals', { count, stallMs });
  const cpu = cpuSince();
  const { acksMs, seconds } = acksSince(before.at, posted);

  return {
    posted,
    figures: {
      runningAcceptedPerSecond: acksMs.length / seconds,
      runningAckP50Ms: percentile(acksMs, 50),
      runningAckP99Ms: percentile(acksMs, 99),
      meanwhilePerSecond: ((meanwhile.arrived - before.arrived) / (meanwhile.at - before.at)) * 1000,
      runningCpuUs: (cpu.ingest + cpu.worker + cpu.redis) / acksMs.length,
    },
  };
}
