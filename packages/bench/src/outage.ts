import { percentile, sum } from '@relay/testkit';
import type { Figures } from './figures.ts';
import { lags } from './lags.ts';
import { accepted, refusals } from './posted.ts';
import { connections } from './posting.ts';
import { dataMemory } from './redis-figures.ts';
import { openStage } from './stage.ts';
import type { Setting } from './system.ts';
import type { Trial } from './trial.ts';

/** Ends the posting of what is to wait, on a machine that is too slow for it. */
const longestFillMs = 600_000;
/** So often it is tried whether the one that is down is well again, once it was tried a few times. */
const breaker = { probes: ['1s', '2s', '5s'] } as const;

/**
 * One more subscriber than the trial's refuses everything, or does not, while so many messages come. Then it takes them, and
 * the others get theirs at a steady rate meanwhile.
 */
export async function measureOutage(trial: Trial): Promise<Figures> {
  const { system, subscribers, sizes, perSecond, round, waiting = 0, troubled = false } = trial;
  const { steadyMs, stallMs } = sizes;
  const capacity = waiting + 2 * Math.ceil((perSecond * steadyMs) / 1000);
  await using stage = await openStage({ ...trial, subscribers: subscribers + 1, capacity });
  await using services = new AsyncDisposableStack();
  const setting: Setting = {
    ...stage.setting,
    subscribers: stage.setting.subscribers.map((one) => ({ ...one, breaker })),
  };
  const { receivers, vendor, client } = stage;
  if (troubled) await receivers.ask('refuse', { subscriber: subscribers });
  const { targets } = services.adopt(await system.startIngest(setting), (service) => service.stop());
  services.adopt(await system.startWorker(setting), (service) => service.stop());

  const emptyBytes = await dataMemory(client);
  const fill = { targets, firstId: 0, connections, limit: waiting, durationMs: longestFillMs };
  const filled = await vendor.ask('postClosed', fill);
  const takers = troubled ? subscribers : subscribers + 1;
  await receivers.ask('awaitArrivals', { count: accepted(filled).length * takers, stallMs });
  const keptBytes = ((await dataMemory(client)) - emptyBytes) / accepted(filled).length;

  const before = await receivers.ask('progress', undefined);
  const refusedAttempts = await receivers.ask('takeAgain', undefined);
  const flowing = await vendor.ask('postOpen', {
    targets,
    firstId: waiting,
    durationMs: steadyMs,
    perSecond,
    seed: round,
  });
  const count = sum([filled, flowing].map((posted) => accepted(posted).length)) * (subscribers + 1);
  const drained = await receivers.ask('awaitArrivals', { count, stallMs });

  const arrivals = await receivers.ask('arrivals', undefined);
  const seen = (numbers: readonly number[]) => ({ arrivals, capacity, subscribers: numbers });
  const everyone = [...Array(subscribers + 1).keys()];
  const { ms } = lags(flowing, seen(everyone.slice(0, subscribers)));
  return {
    keptBytes,
    ...(troubled && {
      waitingMessages: accepted(filled).length,
      refusedAttempts,
      standingDrainSeconds: (drained.at - before.at) / 1000,
    }),
    deliveredP50Ms: percentile(ms, 50),
    deliveredP99Ms: percentile(ms, 99),
    refused: refusals(filled) + refusals(flowing),
    lost: lags(filled, seen(everyone)).lost + lags(flowing, seen(everyone)).lost,
    repeated: arrivals.repeated,
  };
}
