import { sum } from '@relay/testkit';
import { deviceOf } from './callback.ts';
import type { Figures } from './figures.ts';
import { logIds } from './log-ids.ts';
import { accepted, refusals } from './posted.ts';
import { connections, longestMs } from './posting.ts';
import { openStage, type Stage } from './stage.ts';
import type { Service, Setting } from './system.ts';
import type { Trial } from './trial.ts';

/** Over whose messages there is an order to be kept. */
const devices = 100;
/** So many requests fail where they do, the same ones in every run. */
const trouble = { refusing: 0.1, resetting: 0.02, seed: 1 };
/** Of what is delivered while all goes well, as a part of the whole. */
const part = 0.2;

/**
 * Two workers deliver a backlog; then another one while requests fail at random and the worker that reads is killed in the
 * middle. No message may be delivered for the first time behind a later one of its device.
 */
export async function measureOrdered({ system, sizes, ordered, ...of }: Trial): Promise<Figures> {
  const messages = Math.ceil(sizes.deliveries * part);
  await using stage = await openStage({ ...of, capacity: 2 * messages });
  await using services = new AsyncDisposableStack();
  const setting = inOrder(stage.setting, ordered);
  const ingest = services.adopt(await system.startIngest(setting), (service) => service.stop());
  const startWorker = async (): Promise<Service> =>
    services.adopt(await system.startWorker(setting), (service) => service.stop());
  const post = (firstId: number) =>
    stage.vendor.ask('postClosed', {
      targets: ingest.targets,
      firstId,
      connections,
      limit: messages,
      durationMs: longestMs,
      devices,
    });

  const calm = await post(0);
  const reader = await startWorker();
  const warm = await stage.receivers.ask('awaitArrivals', { count: messages * part, stallMs: sizes.stallMs });
  await startWorker();
  const drained = await stage.receivers.ask('awaitArrivals', { count: messages, stallMs: sizes.stallMs });

  await stage.receivers.ask('fail', trouble);
  const rough = await post(messages);
  await stage.receivers.ask('awaitArrivals', { count: messages * (1 + part), stallMs: sizes.stallMs });
  process.kill(reader.pid, 'SIGKILL');
  const count = sum([calm, rough].map((posted) => accepted(posted).length));
  await stage.receivers.ask('awaitArrivals', { count, stallMs: sizes.stallMs });

  const { at, repeated } = await stage.receivers.ask('arrivals', undefined);
  const arrived = at.filter((instant) => instant > 0).length;
  return {
    deliveriesPerSecond: ((drained.arrived - warm.arrived) / (drained.at - warm.at)) * 1000,
    outOfOrder: await outOfOrder(stage, at),
    refused: refusals(calm) + refusals(rough),
    lost: count - arrived,
    repeated,
  };
}

function inOrder(setting: Setting, ordered: Trial['ordered']): Setting {
  const calling = { retry: { schedule: ['5ms'] }, breaker: 'off' } as const;
  const subscribers = setting.subscribers.map((subscriber) => ({
    ...subscriber,
    ...calling,
    ...(ordered !== undefined && { ordered }),
  }));
  return { ...setting, subscribers };
}

/** How many came behind a later one of their device, by the order in which they were kept. */
async function outOfOrder({ client }: Pick<Stage, 'client'>, at: Float64Array): Promise<number> {
  const latest = new Map<number, number>();
  let count = 0;
  for (const id of await logIds(client)) {
    const device = deviceOf(id, devices);
    const before = latest.get(device) ?? 0;
    const instant = at[id] ?? 0;
    if (instant < before) count += 1;
    latest.set(device, Math.max(before, instant));
  }
  return count;
}
