import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '@relay/testkit';
import { now } from './clock.ts';
import { countCpu } from './cpu.ts';
import type { Figures } from './figures.ts';
import { countIds, logIds, untilKept } from './log-ids.ts';
import { accepted, acksSince, type Posted, refusals } from './posted.ts';
import { connections } from './posting.ts';
import { untilWritten } from './redis-figures.ts';
import { openStage, type Stage } from './stage.ts';
import type { Ingest } from './system.ts';
import type { Trial } from './trial.ts';

const mostMessages = 400_000;

/**
 * The same ingest takes callbacks while Redis is there and then while it is not; after that it drains its spool. In the end the log must have
 * each accepted id once.
 */
export async function measureSpool({ system, sizes, ...of }: Trial): Promise<Figures> {
  await using stage = await openStage({ ...of, capacity: 0 });
  await using running = new AsyncDisposableStack();
  const ingest = running.adopt(await system.startIngest(stage.setting), (service) => service.stop());
  const load = { stage, ingest, ...sizes };

  const up = await acceptFrom(0, load);
  // It would be a loss of Redis' own, not of the relay's.
  await untilWritten(stage.client);
  await stage.redis.kill();
  const away = await acceptFrom(up.posted.statuses.length, load);
  const backAt = now();
  await stage.redis.restart();

  // Without an append-only file, what Redis had is gone with it.
  const all = of.fsync === 'off' ? [away.posted] : [up.posted, away.posted];
  const expected = all.flatMap((posted) => accepted(posted).map((index) => posted.firstId + index));
  const drainedAt = await untilKept(stage.client, { messages: expected.length, stallMs: sizes.stallMs });
  const { missing, repeated } = countIds(expected, await logIds(stage.client));
  const drained = accepted(away.posted).length;
  const perSecond = up.acksMs.length / up.seconds;
  const spooledPerSecond = away.acksMs.length / away.seconds;
  return {
    reachedPerSecond: perSecond,
    reachedAckP50Ms: percentile(up.acksMs, 50),
    reachedAckP99Ms: percentile(up.acksMs, 99),
    reachedCpuUs: up.ingestCpuUs,
    spooledPerSecond,
    spooledPart: spooledPerSecond / perSecond,
    spooledAckP50Ms: percentile(away.acksMs, 50),
    spooledAckP99Ms: percentile(away.acksMs, 99),
    spooledCpuUs: away.ingestCpuUs,
    drainedMessages: drained,
    drainSeconds: (drainedAt - backAt) / 1000,
    drainedPerSecond: (drained / (drainedAt - backAt)) * 1000,
    refused: refusals(up.posted) + refusals(away.posted),
    lost: missing,
    repeated,
  };
}

interface Load {
  readonly stage: Stage;
  readonly ingest: Ingest;
  readonly warmUpMs: number;
  readonly acceptMs: number;
}

/** What ingest takes in one state of Redis: the clock starts when code is warm, and what the change of state costs is over. */
async function acceptFrom(firstId: number, { stage, ingest, warmUpMs, acceptMs }: Load) {
  const posting: Promise<Posted> = stage.vendor.ask('postClosed', {
    targets: ingest.targets,
    firstId,
    connections,
    limit: mostMessages,
    durationMs: warmUpMs + acceptMs,
  });
  const warmingUp = pause(warmUpMs).then(() => ({ at: now(), cpuSince: countCpu({ ingest: ingest.pid }) }));
  const [posted, warm] = await Promise.all([posting, warmingUp]);
  const cpu = warm.cpuSince();
  const { acksMs, seconds } = acksSince(warm.at, posted);
  return { posted, acksMs, seconds, ingestCpuUs: cpu.ingest / acksMs.length };
}
