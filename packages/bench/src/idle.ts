import { setTimeout as pause } from 'node:timers/promises';
import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import { connectionsOfOthers } from './redis-figures.ts';
import { openStage } from './stage.ts';
import type { Trial } from './trial.ts';

/** What it costs to wait for callbacks that do not come. */
export async function measureIdle({ system, sizes, ...of }: Trial): Promise<Figures> {
  await using stage = await openStage({ ...of, capacity: 0 });
  await using running = new AsyncDisposableStack();
  running.adopt(await system.startIngest(stage.setting), (service) => service.stop());
  const worker = running.adopt(await system.startWorker(stage.setting), (service) => service.stop());

  await pause(sizes.settleMs, undefined, { signal: of.signal });
  const cpuSince = countCpu({ worker: worker.pid });
  await pause(sizes.idleMs, undefined, { signal: of.signal });
  return {
    idleCpuPercent: cpuSince().worker / (sizes.idleMs * 10),
    redisConnections: await connectionsOfOthers(stage.client),
  };
}
