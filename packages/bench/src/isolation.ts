import { percentile, startRemote } from '@relay/testkit';
import type { Figures } from './figures.ts';
import { lags } from './lags.ts';
import { accepted, refusals } from './posted.ts';
import { openStage } from './stage.ts';
import type { Setting } from './system.ts';
import type { Trial } from './trial.ts';
import type { TroubledVerbs } from './troubled-process.ts';

/** Places of each subscriber that is in trouble: as many as of the others. */
const concurrency = 16;

/** How long deliveries to healthy subscribers take at a steady rate, alone or beside some that are in trouble for the whole run. */
export async function measureIsolation({
  system,
  sizes,
  perSecond,
  round,
  troubled = false,
  ...of
}: Trial): Promise<Figures> {
  const { subscribers } = of;
  const { warmUpMs, steadyMs, stallMs } = sizes;
  const capacity = 2 * Math.ceil((perSecond * (warmUpMs + steadyMs)) / 1000);
  await using stage = await openStage({ ...of, capacity });
  await using running = new AsyncDisposableStack();
  const others = troubled ? running.adopt(startTroubled(), (remote) => remote.close()) : undefined;
  const added = (await others?.ask('open', undefined)) ?? [];
  const setting: Setting = {
    ...stage.setting,
    subscribers: [...stage.setting.subscribers, ...added.map((subscriber) => ({ ...subscriber, concurrency }))],
  };
  const { targets } = running.adopt(await system.startIngest(setting), (service) => service.stop());
  running.adopt(await system.startWorker(setting), (service) => service.stop());

  const flow = { targets, perSecond, seed: round };
  const warmed = await stage.vendor.ask('postOpen', { ...flow, firstId: 0, durationMs: warmUpMs });
  const firstId = warmed.statuses.length;
  const flowing = await stage.vendor.ask('postOpen', { ...flow, firstId, durationMs: steadyMs });
  const count = (accepted(warmed).length + accepted(flowing).length) * subscribers;
  await stage.receivers.ask('awaitArrivals', { count, stallMs });
  // A worker that ends waits for what hangs.
  await others?.close();

  const arrivals = await stage.receivers.ask('arrivals', undefined);
  const seen = { arrivals, capacity, subscribers: [...Array(subscribers).keys()] };
  const { ms, lost } = lags(flowing, seen);
  return {
    steadyAckP50Ms: percentile([...flowing.ackMs], 50),
    steadyAckP99Ms: percentile([...flowing.ackMs], 99),
    deliveredP50Ms: percentile(ms, 50),
    deliveredP99Ms: percentile(ms, 99),
    refused: refusals(warmed) + refusals(flowing),
    lost: lost + lags(warmed, seen).lost,
    repeated: arrivals.repeated,
  };
}

function startTroubled() {
  return startRemote<TroubledVerbs>(new URL('./troubled-process.ts', import.meta.url));
}
