import { createSource } from '@relay/sources';
import type { Compared } from './comparison.ts';
import { cpuUsOf } from './cpu-of-call.ts';
import { type Figures, overRounds } from './figures.ts';
import { type ReadCase, readCases } from './read-cases.ts';

export interface ReadOptions {
  /** How often each side is measured. */
  readonly rounds: number;
  /** For how long each time, in ms of CPU time. */
  readonly roundMs: number;
  /** Called with what is measured next. */
  readonly onStep: (step: string) => void;
  readonly signal: AbortSignal;
}

/** Enough for the first rounds, in which code is still compiled, not to show in a median, and seconds in all. */
export const readSizes = { rounds: 21, roundMs: 20 } as const satisfies Partial<ReadOptions>;

const callsAtOnce = 50;

/**
 * What a source's `read` costs beside `JSON.parse` of the same callback, in turns in this process: no Redis, no HTTP.
 */
export function compareReads({ rounds, roundMs, onStep, signal }: ReadOptions): Compared[] {
  return readCases().map((each) => {
    signal.throwIfAborted();
    onStep(`read: ${each.name}`);
    const sides = [
      { name: 'read', call: readingOf(each), measured: [] as Figures[] },
      { name: 'JSON.parse', call: () => JSON.parse(each.yardstick.toString()), measured: [] as Figures[] },
    ];
    for (let round = 0; round < rounds; round += 1) {
      for (const { call, measured } of sides)
        measured.push({ readCpuUs: cpuUsOf(call, { leastMs: roundMs, callsAtOnce }) });
    }
    return {
      title: `read, ${each.name}, ${each.received.body.length.toLocaleString('en')} bytes`,
      sides: sides.map(({ name, measured }) => ({ name, figures: overRounds(measured), measured })),
    };
  });
}

function readingOf({ name, endpoint, received }: ReadCase): () => unknown {
  const { read } = createSource(endpoint);
  const reading = read(received);
  if ('refusal' in reading) throw new Error(`${name} was refused: ${reading.refusal.detail}`);
  return () => read(received);
}
