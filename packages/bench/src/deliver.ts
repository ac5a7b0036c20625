import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import { accepted, type Posted, refusals } from './posted.ts';
import type { Arrivals } from './receivers.ts';
import { openStage, type Stage } from './stage.ts';
import { percentile } from './statistics.ts';
import type { Service } from './system.ts';
import type { Sizes, Trial } from './trial.ts';

const connections = 64;
/** Part of the backlog that is delivered before the clock starts: by then processes have started and code is warm. */
const warmUpPart = 0.2;
const longestMs = 120_000;

/**
 * First a backlog that waits before the worker starts: how fast it is delivered, and what that costs. Then, with everything
 * running, a modest steady rate: how long each message takes. In the end every accepted id must be at every receiver.
 */
export async function measureDeliver(trial: Trial): Promise<Figures> {
  const { system, subscribers, sizes, perSecond } = trial;
  const backlog = Math.max(sizes.leastBacklog, Math.ceil(sizes.deliveries / subscribers));
  const steady = Math.ceil((perSecond * sizes.steadyMs) / 1000);
  const capacity = backlog + 2 * steady;
  await using stage = await openStage({ ...trial, capacity });
  await using running = new AsyncDisposableStack();
  const ingest = running.adopt(await system.startIngest(stage.setting), (service) => service.stop());

  const waiting = await stage.vendor.ask('postClosed', {
    targets: ingest.targets,
    firstId: 0,
    connections,
    limit: backlog,
    durationMs: longestMs,
  });
  const worker = running.adopt(await system.startWorker(stage.setting), (service) => service.stop());
  const drained = await drain(stage, worker, accepted(waiting).length * subscribers, sizes);

  const flowing = await stage.vendor.ask('postOpen', {
    targets: ingest.targets,
    firstId: backlog,
    durationMs: sizes.steadyMs,
    perSecond,
    seed: trial.round,
  });
  await stage.receivers.ask('awaitArrivals', {
    count: (accepted(waiting).length + accepted(flowing).length) * subscribers,
    stallMs: sizes.stallMs,
  });

  const arrivals = await stage.receivers.ask('arrivals', undefined);
  const seen = { arrivals, capacity, subscribers };
  const steadyLags = lags(flowing, seen);
  return {
    ...drained,
    steadyAckP50Ms: percentile([...flowing.ackMs], 50),
    steadyAckP99Ms: percentile([...flowing.ackMs], 99),
    deliveredP50Ms: percentile(steadyLags.ms, 50),
    deliveredP99Ms: percentile(steadyLags.ms, 99),
    refused: refusals(waiting) + refusals(flowing),
    lost: lags(waiting, seen).lost + steadyLags.lost,
    repeated: arrivals.repeated,
  };
}

async function drain(stage: Stage, worker: Service, deliveries: number, { stallMs }: Sizes): Promise<Figures> {
  const before = await stage.receivers.ask('awaitArrivals', { count: Math.ceil(deliveries * warmUpPart), stallMs });
  const cpuSince = countCpu({ worker: worker.pid, redis: stage.redis.pid, receivers: stage.receivers.pid });
  const after = await stage.receivers.ask('awaitArrivals', { count: deliveries, stallMs });
  const cpu = cpuSince();
  const arrived = after.arrived - before.arrived;
  return {
    deliveriesPerSecond: (arrived / (after.at - before.at)) * 1000,
    workerCpuUs: cpu.worker / arrived,
    redisCpuUs: cpu.redis / arrived,
    receiversCpuUs: cpu.receivers / arrived,
  };
}

interface Seen {
  readonly arrivals: Arrivals;
  readonly capacity: number;
  readonly subscribers: number;
}

/** For each accepted callback and each subscriber the ms from its being sent to its arrival, or that it is lost. */
function lags(posted: Posted, { arrivals, capacity, subscribers }: Seen): { ms: number[]; lost: number } {
  const ms: number[] = [];
  let lost = 0;
  for (const index of accepted(posted)) {
    for (let subscriber = 0; subscriber < subscribers; subscriber++) {
      const at = arrivals.at[subscriber * capacity + posted.firstId + index] ?? 0;
      if (at === 0) lost += 1;
      else ms.push(at - (posted.sentAt[index] ?? Number.NaN));
    }
  }
  return { ms, lost };
}
