import { createRandom } from '@relay/simulators';

/** Faults of one track come one after the other; those of different tracks come as they like. */
export type Track = 'redis' | 'ingest' | 'worker';

export interface Schedulable {
  readonly name: string;
  readonly track: Track;
  /** Shortest and longest, ms; the same twice for what happens at once. */
  readonly lengthMs: readonly [number, number];
}

export interface Planned {
  readonly name: string;
  /** From the start of the run. */
  readonly atMs: number;
  readonly lengthMs: number;
  /** For what the fault has to choose. */
  readonly seed: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** Nothing begins or is meant to last later. */
  readonly durationMs: number;
  readonly faults: readonly Schedulable[];
  /** Between two faults of a track; default 8 to 20 s. */
  readonly restMs?: readonly [number, number];
}

const usualRestMs = [8_000, 20_000] as const;
const tracks: readonly Track[] = ['redis', 'ingest', 'worker'];
const mostSeeds = 2 ** 31;

/** What is broken when, in order; the same for the same seed. Every fault comes once before any comes again. */
export function scheduleOf({ seed, durationMs, faults, restMs = usualRestMs }: ScheduleOptions): Planned[] {
  const random = createRandom(seed);
  const between = ([least, most]: readonly [number, number]) => Math.round(least + random.fraction() * (most - least));
  const planned: Planned[] = [];
  for (const track of tracks) {
    const all = faults.filter((fault) => fault.track === track);
    let deck: Schedulable[] = [];
    let atMs = 0;
    for (;;) {
      if (deck.length === 0) deck = random.shuffled(all);
      const fault = deck.pop();
      if (fault === undefined) break;
      atMs += between(restMs);
      const lengthMs = between(fault.lengthMs);
      if (atMs + lengthMs > durationMs) break;
      planned.push({ name: fault.name, atMs, lengthMs, seed: random.below(mostSeeds) });
      atMs += lengthMs;
    }
  }
  return planned.sort((one, other) => one.atMs - other.atMs);
}
