import { percentile } from '@relay/testkit';
import type { Figures } from './figures.ts';
import { logLength } from './log-ids.ts';
import { accepted, refusals } from './posted.ts';
import { connections } from './posting.ts';
import { openStage } from './stage.ts';
import type { Trial } from './trial.ts';

const mostWarmUp = 50_000;

/** How long an ack takes at a modest rate, with nobody delivering, and whether what was acknowledged is in Redis. */
export async function measureSteadyAcks({ system, sizes, perSecond, round, ...of }: Trial): Promise<Figures> {
  await using stage = await openStage({ ...of, capacity: 0 });
  await using running = new AsyncDisposableStack();
  const { targets } = running.adopt(await system.startIngest(stage.setting), (service) => service.stop());
  const durationMs = sizes.warmUpMs;
  const warmUp = { targets, firstId: 0, connections, limit: mostWarmUp, durationMs };
  const warmed = await stage.vendor.ask('postClosed', warmUp);
  const firstId = warmed.statuses.length;
  const steady = { targets, firstId, durationMs: sizes.steadyMs, perSecond, seed: round };
  const posted = await stage.vendor.ask('postOpen', steady);
  return {
    steadyAckP50Ms: percentile([...posted.ackMs], 50),
    steadyAckP99Ms: percentile([...posted.ackMs], 99),
    spooled: accepted(warmed).length + accepted(posted).length - (await logLength(stage.client)),
    refused: refusals(warmed) + refusals(posted),
  };
}
