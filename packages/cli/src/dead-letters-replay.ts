import type { Configuration } from '@relay/config';
import { createReplays, type DeadLetter, type DeadLetters, NoCursorError } from '@relay/journal';
import { inBatches, type Owner, type Survey } from './dead-letters-found.ts';
import {
  type DeadLettersOptions,
  insistOnAll,
  insistOnFilter,
  type LentLetters,
  ownerOf,
  withLetters,
} from './dead-letters-lend.ts';
import { describeMeant } from './dead-letters-words.ts';
import { Failure } from './failure.ts';
import { holdNotes } from './hold-note.ts';
import { createLiveLine } from './live-line.ts';
import { type Reopened, wakeAll } from './replay-alarms.ts';
import { createReplayPace } from './replay-pace.ts';
import { withRetries } from './retries.ts';

export interface ReplayLettersOptions extends DeadLettersOptions {
  readonly stopping: AbortSignal;
  /** Letters per second. */
  readonly rate?: number;
  readonly dryRun?: boolean;
}

/** What became of letters. */
interface Counts {
  replayed: number;
  /** Their messages were waiting, pending or open. */
  anyway: number;
  /** They came without their message, and stay. */
  empty: number;
  gone: number;
  /** Their subscribers do not receive their endpoints any more: they stay. */
  nobody: number;
}

/** Opens deliveries again that were given up, as fast as their subscribers take them. */
export async function replayDeadLetters(
  ids: readonly string[],
  { stopping, rate, dryRun = false, json = false, ...options }: ReplayLettersOptions,
): Promise<void> {
  await withLetters(insistOnFilter({ ...options, ids }), async (lent) => {
    const survey = await lent.survey();
    if (!json) console.log(describeMeant(survey));
    const owners = [...survey.lasts.keys()].filter((owner) => receives(lent.configuration, owner));
    const names = owners.map(({ subscriber }) => subscriber);
    if (!json) for (const note of await holdNotes(lent.redis, names)) console.log(note);
    const counts = { replayed: 0, anyway: 0, empty: 0, gone: 0, nobody: 0 };
    if (!dryRun) await reopenAll(lent, survey, { stopping, rate, counts });
    if (json) console.log(JSON.stringify({ found: survey.count, missing: survey.missing, dryRun, ...counts }));
    else if (!dryRun) console.log(describe(counts));
    if (stopping.aborted) throw new Failure('It was stopped. The same command goes on with what is left.');
    insistOnAll(survey);
  });
}

interface Reopening {
  readonly stopping: AbortSignal;
  readonly rate: number | undefined;
  readonly counts: Counts;
}

async function reopenAll(
  { configuration, redis, deadLetters, letters }: LentLetters,
  { count, lasts }: Survey,
  { stopping, rate, counts }: Reopening,
): Promise<void> {
  const replays = createReplays({ redis, retentionMs: configuration.retentionMs });
  let owner: Owner = { endpoint: '', subscriber: '' };
  const openCount = () => replays.openCount(owner.endpoint, owner.subscriber);
  const pace = createReplayPace({ ratePerSecond: rate, openCount, stopping });
  const live = createLiveLine();
  const waits = () => (pace.waitsFor === undefined ? '' : `; waits: ${pace.waitsFor}`);
  live.show(() => `replayed ${counts.replayed} of ${count}${waits()}`);
  try {
    await withRetries(redis, async (retries) => {
      for await (const batch of inBatches(letters(lasts), pace.atOnce)) {
        owner = ownerOf(batch);
        if (!receives(configuration, owner)) counts.nobody += batch.length;
        else if (!(await pace.permit(batch.length))) return;
        else await wakeAll(retries, owner, await reopen(deadLetters, batch, counts));
      }
    });
  } finally {
    live.end();
  }
}

async function reopen(deadLetters: DeadLetters, batch: readonly DeadLetter[], counts: Counts): Promise<Reopened[]> {
  const { endpoint, subscriber } = ownerOf(batch);
  const letters = batch.map(({ letter }) => letter);
  try {
    const answers = await deadLetters.replay(endpoint, subscriber, letters);
    for (const { whyNot = 'replayed' } of answers) counts[whyNot] += 1;
    return answers.flatMap(({ entry, replay }) => (replay === undefined ? [] : [{ entry, replay }]));
  } catch (error) {
    if (!(error instanceof NoCursorError)) throw error;
    counts.nobody += batch.length;
    return [];
  }
}

function receives({ subscribers }: Configuration, { endpoint, subscriber }: Owner): boolean {
  return subscribers.some(({ name, endpoints }) => name === subscriber && endpoints.includes(endpoint));
}

function describe({ replayed, anyway, empty, gone, nobody }: Counts): string {
  const parts = [
    `${replayed} on the way once more`,
    ...(anyway > 0 ? [`${anyway} on the way anyway`] : []),
    ...(empty > 0 ? [`${empty} left, without a message that could be sent`] : []),
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(nobody > 0 ? [`${nobody} left, which nobody receives any more`] : []),
  ];
  return `${parts.join('; ')}.`;
}
