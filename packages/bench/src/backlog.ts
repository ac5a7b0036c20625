import { sum } from '@relay/testkit';
import { mostPosted, playActs } from './acts.ts';
import { now } from './clock.ts';
import type { Figures } from './figures.ts';
import { lags } from './lags.ts';
import { accepted, type Posted, refusals } from './posted.ts';
import { connections } from './posting.ts';
import { dataMemory, slowestMs, watchSlowest } from './redis-figures.ts';
import { openStage, type Stage } from './stage.ts';
import type { System } from './system.ts';
import type { Trial } from './trial.ts';

/** Ends the posting of what is to wait, on a machine that is too slow for it. */
const longestFillMs = 600_000;

/**
 * One subscriber more than the trial's stands still: ingest has it in its configuration, and so a cursor for it in Redis, and the worker does
 * not. With messages waiting for it, the others get theirs as ever; then a worker that has it delivers what waited.
 */
export async function measureBacklog(trial: Trial): Promise<Figures> {
  const { system, subscribers, sizes, waiting = 0 } = trial;
  const capacity = waiting + mostPosted(trial);
  await using stage = await openStage({ ...trial, subscribers: subscribers + 1, capacity });
  const { setting } = stage;
  const live = { ...setting, subscribers: setting.subscribers.slice(0, subscribers) };
  const standing = { ...setting, subscribers: setting.subscribers.slice(subscribers) };

  const filled = waiting === 0 ? undefined : await fill(system, { ...stage, setting: standing }, waiting);
  await using services = new AsyncDisposableStack();
  const ingest = services.adopt(await system.startIngest(setting), (service) => service.stop());
  await using liveServices = new AsyncDisposableStack();
  const startWorker = async () => liveServices.adopt(await system.startWorker(live), (service) => service.stop());
  await watchSlowest(stage.client);
  const acts = await playActs(trial, { stage, capacity, ingest, startWorker, firstId: waiting });
  await liveServices.disposeAsync();

  const posted = [...(filled?.posted ?? []), ...acts.posted];
  const before = await stage.receivers.ask('progress', undefined);
  services.adopt(await system.startWorker(setting), (service) => service.stop());
  const standingCount = sum(posted.map((each) => accepted(each).length));
  const count = before.arrived + standingCount;
  const drained = await stage.receivers.ask('awaitArrivals', { count, stallMs: sizes.stallMs });

  const arrivals = await stage.receivers.ask('arrivals', undefined);
  const seen = (numbers: readonly number[]) => ({ arrivals, capacity, subscribers: numbers });
  const everyone = [...Array(subscribers + 1).keys()];
  const lost = [
    ...(filled?.posted ?? []).map((each) => lags(each, seen([subscribers])).lost),
    ...acts.posted.map((each) => lags(each, seen(everyone)).lost),
  ];
  return {
    ...filled?.figures,
    ...acts.figures,
    slowestRedisMs: await slowestMs(stage.client),
    standingDrainSeconds: (drained.at - before.at) / 1000,
    refused: sum(posted.map(refusals)),
    lost: sum(lost),
    repeated: arrivals.repeated,
  };
}

/** Messages for one subscriber alone, which no worker reads. */
async function fill(
  system: System,
  { client, vendor, setting }: Stage,
  waiting: number,
): Promise<{ posted: readonly Posted[]; figures: Figures }> {
  const ingest = await system.startIngest(setting);
  try {
    const emptyBytes = await dataMemory(client);
    const startedAt = now();
    const posted = await vendor.ask('postClosed', {
      targets: ingest.targets,
      firstId: 0,
      connections,
      limit: waiting,
      durationMs: longestFillMs,
    });
    const count = accepted(posted).length;
    const figures = {
      waitingMessages: count,
      waitingBytes: ((await dataMemory(client)) - emptyBytes) / count,
      fillSeconds: (now() - startedAt) / 1000,
    };
    return { posted: [posted], figures };
  } finally {
    await ingest.stop();
  }
}
