import { sum } from '@relay/testkit';
import { mostPosted, playActs } from './acts.ts';
import type { Figures } from './figures.ts';
import { lags } from './lags.ts';
import { refusals } from './posted.ts';
import { openStage } from './stage.ts';
import type { Trial } from './trial.ts';

/** A backlog, a load and a steady rate, with nothing else to do. In the end every accepted id must be at every receiver. */
export async function measureDeliver(trial: Trial): Promise<Figures> {
  const { system, subscribers } = trial;
  const capacity = mostPosted(trial);
  await using stage = await openStage({ ...trial, capacity });
  await using services = new AsyncDisposableStack();
  const ingest = services.adopt(await system.startIngest(stage.setting), (service) => service.stop());
  const startWorker = async () => services.adopt(await system.startWorker(stage.setting), (service) => service.stop());

  const { posted, figures } = await playActs(trial, { stage, capacity, ingest, startWorker, firstId: 0 });
  const arrivals = await stage.receivers.ask('arrivals', undefined);
  const seen = { arrivals, capacity, subscribers: [...Array(subscribers).keys()] };
  return {
    ...figures,
    refused: sum(posted.map(refusals)),
    lost: sum(posted.map((each) => lags(each, seen).lost)),
    repeated: arrivals.repeated,
  };
}
