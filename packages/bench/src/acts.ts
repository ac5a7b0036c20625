import { percentile, sum } from '@relay/testkit';
import { drain } from './drain.ts';
import type { Figures } from './figures.ts';
import { lags } from './lags.ts';
import { accepted, type Posted } from './posted.ts';
import { connections, longestMs } from './posting.ts';
import { saturate } from './saturate.ts';
import type { Running, Stage } from './stage.ts';
import type { Ingest, Service } from './system.ts';
import type { Trial } from './trial.ts';

export type Amount = Pick<Trial, 'subscribers' | 'sizes' | 'perSecond'>;

export interface Acts {
  readonly stage: Stage;
  /** Of the receivers. */
  readonly capacity: number;
  readonly ingest: Ingest;
  readonly startWorker: () => Promise<Service>;
  readonly firstId: number;
}

/**
 * First a backlog that waits before the worker starts: how fast it is delivered, and what that costs. Then, with everything
 * running, as much as the system takes, and after that a modest steady rate: how long each message takes. Ends when as many have
 * arrived at the first so many subscribers as should, or no more come.
 */
export async function playActs(
  { round, perSecond, ...amount }: Amount & Pick<Trial, 'round'>,
  { stage, capacity, ingest, startWorker, firstId }: Acts,
): Promise<{ posted: readonly Posted[]; figures: Figures }> {
  const { subscribers, sizes } = amount;
  const { stallMs, steadyMs } = sizes;
  const { targets } = ingest;
  const { backlog, load } = loads(amount);

  const limit = backlog;
  const order = { targets, firstId, connections, limit, durationMs: longestMs };
  const waiting = await stage.vendor.ask('postClosed', order);
  const running: Running = { ...stage, ingest, worker: await startWorker(), stallMs };
  const drained = await drain(running, accepted(waiting).length * subscribers);
  const saturated = await saturate(running, { firstId: firstId + backlog, messages: load, subscribers });

  const flowing = await stage.vendor.ask('postOpen', {
    targets,
    firstId: firstId + backlog + load,
    durationMs: steadyMs,
    perSecond,
    seed: round,
  });
  const posted = [waiting, saturated.posted, flowing];
  const count = sum(posted.map((each) => accepted(each).length)) * subscribers;
  await stage.receivers.ask('awaitArrivals', { count, stallMs });

  const arrivals = await stage.receivers.ask('arrivals', undefined);
  const steadyLags = lags(flowing, { arrivals, capacity, subscribers: [...Array(subscribers).keys()] }).ms;
  const figures = {
    ...drained,
    ...saturated.figures,
    steadyAckP50Ms: percentile([...flowing.ackMs], 50),
    steadyAckP99Ms: percentile([...flowing.ackMs], 99),
    deliveredP50Ms: percentile(steadyLags, 50),
    deliveredP99Ms: percentile(steadyLags, 99),
  };
  return { posted, figures };
}

/** As many callbacks as the acts post at most. */
export function mostPosted({ perSecond, ...amount }: Amount): number {
  const { backlog, load } = loads(amount);
  return backlog + load + 2 * Math.ceil((perSecond * amount.sizes.steadyMs) / 1000);
}

function loads({ subscribers, sizes }: Pick<Amount, 'subscribers' | 'sizes'>): { backlog: number; load: number } {
  const each = Math.ceil(sizes.deliveries / subscribers);
  return { backlog: Math.max(sizes.leastBacklog, each), load: Math.max(sizes.leastLoad, each) };
}
