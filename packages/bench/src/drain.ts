import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import type { Running } from './stage.ts';

/** Part of the backlog that is delivered before the clock starts: by then processes have started and code is warm. */
const warmUpPart = 0.2;

/** How fast a backlog of so many deliveries gets out, and what that costs. */
export async function drain({ redis, receivers, worker, stallMs }: Running, deliveries: number): Promise<Figures> {
  const before = await receivers.ask('awaitArrivals', { count: Math.ceil(deliveries * warmUpPart), stallMs });
  const cpuSince = countCpu({ worker: worker.pid, redis: redis.pid });
  const after = await receivers.ask('awaitArrivals', { count: deliveries, stallMs });
  const cpu = cpuSince();
  const arrived = after.arrived - before.arrived;
  return {
    deliveriesPerSecond: (arrived / (after.at - before.at)) * 1000,
    deliveryCpuUs: (cpu.worker + cpu.redis) / arrived,
    deliveryWorkerCpuUs: cpu.worker / arrived,
    deliveryRedisCpuUs: cpu.redis / arrived,
  };
}
