import { type Course, createReplays, NoCursorError, ReplayMovedError, type Replays } from '@relay/journal';
import { openConfigurationToLook } from './configuration.ts';
import { exitCodes, Failure } from './failure.ts';
import { holdNotes } from './hold-note.ts';
import { withJournal } from './journal.ts';
import { knownEndpoints } from './known-endpoints.ts';
import type { Place } from './place.ts';
import { listOf } from './replay-list.ts';
import { createReplayPace } from './replay-pace.ts';
import { createReplayProgress, describeCounts } from './replay-progress.ts';
import { rehearse, runReplay } from './replay-run.ts';
import { wantsOf } from './replay-wants.ts';
import { withRetries } from './retries.ts';
import { insistOnSpan } from './span.ts';

export interface ReplayOptions {
  readonly place: Place;
  readonly stopping: AbortSignal;
  readonly config: string | undefined;
  readonly endpoint?: string;
  /** Epoch ms. */
  readonly since?: number;
  readonly until?: number;
  readonly where?: string;
  readonly to?: string;
  /** Messages per second. */
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly resume?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** Sends a part of an endpoint's log to a subscriber once more. How far it has come is in Redis: it can be ended and gone on with. */
export async function replay(options: ReplayOptions): Promise<void> {
  const { place, config, stopping, json = false, dryRun = false } = options;
  const configuration = await openConfigurationToLook(place, config);
  await withJournal({ place, config, configuration }, async (journal, redis) => {
    const replays = createReplays({ redis, retentionMs: configuration.retentionMs });
    const endpoints = await knownEndpoints(configuration, journal);
    if (options.list) {
      console.log(listOf(await replays.list(endpoints), json));
      return;
    }

    const plan = options.resume === undefined ? planOf(options) : await begun(replays, endpoints, options.resume);
    const wants = wantsOf(configuration, plan);
    if (dryRun) {
      const span = 'id' in plan ? plan : await replays.span(plan);
      const counts = await naming(rehearse({ ...plan, ...span }, { replays, wants, stopping }));
      console.log(json ? JSON.stringify({ dryRun, ...counts }) : `${describeCounts(counts, 'would be replayed')}.`);
      return;
    }
    const ratePerSecond = options.rate ?? plan.ratePerSecond;
    const course = 'id' in plan ? plan : await replays.begin(plan);
    if (!json) for (const note of await holdNotes(redis, [course.subscriber])) console.log(note);
    const openCount = () => replays.openCount(course.endpoint, course.subscriber);
    const pace = createReplayPace({ ratePerSecond, openCount, stopping });
    const progress = createReplayProgress(course, { json, waitsFor: () => pace.waitsFor });
    const end = await withRetries(redis, (retries) =>
      naming(runReplay(course, { replays, retries, pace, wants, onStep: progress.show })),
    ).finally(progress.end);
    progress.tell(end);
    if (end.endedAt === undefined)
      throw new Failure(`It was stopped. relay replay --resume ${end.id} goes on with it.`);
  });
}

function planOf({ endpoint, since, until, where, to, rate }: ReplayOptions) {
  if (endpoint === undefined || since === undefined || to === undefined)
    throw new Failure('Say what to replay with --endpoint, --since and --to.', exitCodes.wrongUse);
  insistOnSpan({ since, ...(until !== undefined && { until }) });
  return {
    endpoint,
    subscriber: to,
    sinceMs: since,
    ...(until !== undefined && { untilMs: until }),
    ...(where !== undefined && { where }),
    ...(rate !== undefined && { ratePerSecond: rate }),
  };
}

async function begun(replays: Replays, endpoints: readonly string[], id: string): Promise<Course> {
  const course = await replays.find(endpoints, id);
  if (course === undefined)
    throw new Failure(`There is no replay ${id}: relay replay --list tells of those there are.`);
  if (course.endedAt !== undefined) throw new Failure(`The replay ${id} came to its end.`);
  return course;
}

async function naming<T>(replaying: Promise<T>): Promise<T> {
  try {
    return await replaying;
  } catch (error) {
    if (error instanceof NoCursorError)
      throw new Failure(`${error.message}: no relay has run with this configuration yet.`);
    throw error instanceof ReplayMovedError ? new Failure(`It was left alone: ${error.message}.`) : error;
  }
}
