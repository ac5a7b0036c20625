import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '@relay/testkit';
import { now } from './clock.ts';
import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import { accepted, acksSince, refusals } from './posted.ts';
import { connections } from './posting.ts';
import { usedMemory } from './redis-figures.ts';
import { openStage } from './stage.ts';
import type { Trial } from './trial.ts';

const mostMessages = 400_000;

/** How much ingest takes when nobody delivers, and what the messages weigh that wait then. */
export async function measureAccept({ system, sizes, ...of }: Trial): Promise<Figures> {
  await using stage = await openStage({ ...of, capacity: 0 });
  await using running = new AsyncDisposableStack();
  const ingest = running.adopt(await system.startIngest(stage.setting), (service) => service.stop());

  const emptyBytes = await usedMemory(stage.client);
  const posting = stage.vendor.ask('postClosed', {
    targets: ingest.targets,
    firstId: 0,
    connections,
    limit: mostMessages,
    durationMs: sizes.warmUpMs + sizes.acceptMs,
  });
  const warmingUp = pause(sizes.warmUpMs).then(() => {
    return { at: now(), cpuSince: countCpu({ ingest: ingest.pid, redis: stage.redis.pid }) };
  });
  const [posted, warm] = await Promise.all([posting, warmingUp]);
  const cpu = warm.cpuSince();
  const { acksMs, seconds } = acksSince(warm.at, posted);

  return {
    acceptedPerSecond: acksMs.length / seconds,
    ackP50Ms: percentile(acksMs, 50),
    ackP99Ms: percentile(acksMs, 99),
    acceptCpuUs: (cpu.ingest + cpu.redis) / acksMs.length,
    acceptIngestCpuUs: cpu.ingest / acksMs.length,
    acceptRedisCpuUs: cpu.redis / acksMs.length,
    waitingBytes: ((await usedMemory(stage.client)) - emptyBytes) / accepted(posted).length,
    refused: refusals(posted),
  };
}
