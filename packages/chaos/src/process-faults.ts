import { chosen } from './chosen.ts';
import type { Broken, Fault } from './fault.ts';
import type { Part } from './part.ts';

const atOnce = [0, 0] as const;
const aWhile = [1_000, 8_000] as const;
/** Longer than a delivery has to be without a sign of life before another worker claims it. */
const pastClaiming = [18_000, 22_000] as const;

/** What can happen to one ingest or one worker. The others of its kind are there meanwhile. */
export const processFaults: readonly Fault[] = [
  fault('ingest-killed', 'an ingest killed', 'ingest', aWhile, killed),
  fault('ingest-restarted', 'an ingest restarted', 'ingest', atOnce, restarted),
  fault('worker-killed', 'a worker killed', 'worker', aWhile, killed),
  fault('worker-frozen', 'a worker frozen', 'worker', pastClaiming, frozen),
  fault('worker-restarted', 'a worker restarted', 'worker', atOnce, restarted),
];

type Breaking = (part: Part) => Promise<Broken>;

function fault(
  name: string,
  says: string,
  track: 'ingest' | 'worker',
  lengthMs: Fault['lengthMs'],
  breaking: Breaking,
): Fault {
  return {
    name,
    says,
    track,
    lengthMs,
    async begin({ ingests, workers }, random) {
      const part = chosen(track === 'ingest' ? ingests : workers, random);
      return { what: part.name, ...(await breaking(part)) };
    },
  };
}

async function killed(part: Part): Promise<Broken> {
  await part.kill();
  return { mend: () => startAgain(part) };
}

async function restarted(part: Part): Promise<Broken> {
  const end = await part.stop();
  return { end, mend: () => startAgain(part) };
}

async function frozen(part: Part): Promise<Broken> {
  part.freeze();
  return { mend: async () => part.thaw() };
}

/** It may find Redis broken, so it is not waited for until it is ready. */
async function startAgain(part: Part): Promise<void> {
  await part.start();
  await part.until('is up', () => true);
}
