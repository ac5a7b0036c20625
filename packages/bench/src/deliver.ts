import { percentile, sum } from '@relay/testkit';
import { drain } from './drain.ts';
import type { Figures } from './figures.ts';
import { accepted, type Posted, refusals } from './posted.ts';
import { connections, longestMs } from './posting.ts';
import type { Arrivals } from './receivers.ts';
import { saturate } from './saturate.ts';
import { openStage, type Running } from './stage.ts';
import type { Trial } from './trial.ts';

/**
 * First a backlog that waits before the worker starts: how fast it is delivered, and what that costs. Then, with everything
 * running, as much as the system takes, and after that a modest steady rate: how long each message takes. In the end every
 * accepted id must be at every receiver.
 */
export async function measureDeliver(trial: Trial): Promise<Figures> {
  const { system, subscribers, sizes, perSecond } = trial;
  const { stallMs, steadyMs } = sizes;
  const backlog = Math.max(sizes.leastBacklog, Math.ceil(sizes.deliveries / subscribers));
  const load = Math.max(sizes.leastLoad, Math.ceil(sizes.deliveries / subscribers));
  const steady = Math.ceil((perSecond * steadyMs) / 1000);
  const capacity = backlog + load + 2 * steady;
  await using stage = await openStage({ ...trial, capacity });
  await using services = new AsyncDisposableStack();
  const ingest = services.adopt(await system.startIngest(stage.setting), (service) => service.stop());
  const { targets } = ingest;

  const waiting = await stage.vendor.ask('postClosed', {
    targets,
    firstId: 0,
    connections,
    limit: backlog,
    durationMs: longestMs,
  });
  const worker = services.adopt(await system.startWorker(stage.setting), (service) => service.stop());
  const running: Running = { ...stage, ingest, worker, stallMs };
  const drained = await drain(running, accepted(waiting).length * subscribers);
  const saturated = await saturate(running, { firstId: backlog, messages: load, subscribers });

  const flowing = await stage.vendor.ask('postOpen', {
    targets,
    firstId: backlog + load,
    durationMs: steadyMs,
    perSecond,
    seed: trial.round,
  });
  const all = [waiting, saturated.posted, flowing];
  const count = sum(all.map((posted) => accepted(posted).length)) * subscribers;
  await stage.receivers.ask('awaitArrivals', { count, stallMs });

  const seen = { arrivals: await stage.receivers.ask('arrivals', undefined), capacity, subscribers };
  const steadyLags = lags(flowing, seen).ms;
  return {
    ...drained,
    ...saturated.figures,
    steadyAckP50Ms: percentile([...flowing.ackMs], 50),
    steadyAckP99Ms: percentile([...flowing.ackMs], 99),
    deliveredP50Ms: percentile(steadyLags, 50),
    deliveredP99Ms: percentile(steadyLags, 99),
    refused: sum(all.map(refusals)),
    lost: sum(all.map((posted) => lags(posted, seen).lost)),
    repeated: seen.arrivals.repeated,
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
