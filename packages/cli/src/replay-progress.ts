import type { Course, ReplayCounts } from '@relay/journal';
import { createLiveLine } from './live-line.ts';
import { formatInstant } from './time.ts';

/** Tells how far a replay is: a line that changes on a terminal, a line of JSON a second for programs. */
export interface ReplayProgress {
  show(course: Course): void;
  /** No more of it. */
  end(): void;
  /** What came of it. */
  tell(course: Course): void;
}

interface ProgressOptions {
  readonly json: boolean;
  readonly waitsFor: () => string | undefined;
}

const soFar = 'looked at so far were replayed';
const lineEveryMs = 1_000;

export function createReplayProgress(first: Course, { json, waitsFor }: ProgressOptions): ReplayProgress {
  let course = first;
  let toldAt = performance.now();
  const print = () => console.log(JSON.stringify(courseAsJson(course)));
  if (json) print();
  else console.log(`Replay ${first.id}. Should it end early, relay replay --resume ${first.id} goes on with it.`);
  const live = json ? undefined : createLiveLine();
  live?.show(() => [describeCounts(course.counts, soFar), placeOf(course), waits()].join(''));

  function waits(): string {
    const why = waitsFor();
    return why === undefined ? '' : `; waits: ${why}`;
  }

  return {
    show(now) {
      course = now;
      if (!json || performance.now() - toldAt < lineEveryMs) return;
      toldAt = performance.now();
      print();
    },
    end: () => live?.end(),
    tell(last) {
      course = last;
      if (json) print();
      else console.log(`${describeCounts(last.counts, last.endedAt === undefined ? soFar : 'replayed')}.`);
    },
  };
}

/** All of them are numbers of messages. */
export function describeCounts({ looked, unwanted, anyway, gone, replayed }: ReplayCounts, done: string): string {
  const others = [
    ...(unwanted > 0 ? [`${unwanted} unwanted`] : []),
    ...(anyway > 0 ? [`${anyway} on their way anyway`] : []),
    ...(gone > 0 ? [`${gone} no longer kept`] : []),
  ];
  return [`${replayed} of ${looked} messages ${done}`, ...others].join(', ');
}

function placeOf({ at, to }: Course): string {
  return `; at ${formatInstant(Number.parseInt(at, 10))} of ${formatInstant(Number.parseInt(to, 10))}`;
}

/** `endedAt` is null before its end. */
export function courseAsJson({ id, at: _, to: __, endedAt, counts, ...others }: Course): object {
  return { replay: id, ...others, endedAt: endedAt ?? null, ...counts };
}
