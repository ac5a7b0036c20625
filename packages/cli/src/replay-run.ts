import { setImmediate as breathe } from 'node:timers/promises';
import type { EntryId } from '@relay/core';
import type { Course, LogMessage, Replays } from '@relay/journal';
import type { Retries } from '@relay/retries';
import { wakeAll } from './replay-alarms.ts';
import type { ReplayPace } from './replay-pace.ts';

export interface ReplayRun {
  readonly replays: Replays;
  readonly retries: Pick<Retries, 'wake'>;
  readonly pace: ReplayPace;
  readonly wants: (message: LogMessage['message']) => boolean;
  readonly onStep: (course: Course) => void;
}

/** Read at once: each may be as large as `ingest.maxBody`. */
const readAtOnce = 25;

/** Takes a replay to its end, or until somebody wants it to stop: then `endedAt` is missing in what it answers. */
export async function runReplay(first: Course, { replays, retries, pace, wants, onStep }: ReplayRun): Promise<Course> {
  let course = first;
  for (;;) {
    const messages = await replays.ahead(course, readAtOnce);
    if (messages.length === 0) return replays.end(course);
    for (const step of stepsOf(messages, wants, pace.atOnce)) {
      if (!(await pace.permit(step.wanted.length))) return course;
      const stepped = await replays.step(course, step);
      course = stepped.course;
      onStep(course);
      await wakeAll(retries, course, stepped.replayed);
    }
  }
}

/** What a replay would look at, and how much of it is wanted and would not come anyway. */
export async function rehearse(
  { endpoint, subscriber, ...span }: Pick<Course, 'endpoint' | 'subscriber' | 'at' | 'to'>,
  { replays, wants, stopping }: Pick<ReplayRun, 'replays' | 'wants'> & { readonly stopping: AbortSignal },
): Promise<Course['counts']> {
  const counts = { looked: 0, unwanted: 0, anyway: 0, gone: 0, replayed: 0 };
  let { at } = span;
  while (!stopping.aborted) {
    const messages = await replays.ahead({ endpoint, at, to: span.to }, readAtOnce);
    if (messages.length === 0) break;
    const wanted = messages.filter(({ message }) => wants(message)).map(({ entry }) => entry);
    const anyway = await replays.anyway(endpoint, subscriber, wanted);
    counts.looked += messages.length;
    counts.unwanted += messages.length - wanted.length;
    counts.anyway += anyway;
    counts.replayed += wanted.length - anyway;
    at = messages.at(-1)?.entry ?? at;
    await breathe();
  }
  return counts;
}

interface Step {
  readonly looked: EntryId[];
  readonly wanted: EntryId[];
}

/** In the order of the log, with at most so many wanted ones in each. */
function stepsOf(messages: readonly LogMessage[], wants: ReplayRun['wants'], atOnce: number): Step[] {
  const steps: Step[] = [];
  let step: Step = { looked: [], wanted: [] };
  for (const { entry, message } of messages) {
    if (step.wanted.length === atOnce) {
      steps.push(step);
      step = { looked: [], wanted: [] };
    }
    step.looked.push(entry);
    if (wants(message)) step.wanted.push(entry);
  }
  return [...steps, step];
}
