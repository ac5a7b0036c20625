import type { Configuration } from '@relay/config';
import { createDeadLetters, type DeadLetter, type DeadLetters, type RedisConnection } from '@relay/journal';
import { openConfigurationToLook } from './configuration.ts';
import {
  insistOnSubscriber,
  type LetterFilter,
  lettersOf,
  type Owner,
  ownersOf,
  type Survey,
  surveyOf,
} from './dead-letters-found.ts';
import { exitCodes, Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { insistOnSpan } from './span.ts';

export interface DeadLettersOptions extends LetterFilter {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

export interface LentLetters {
  readonly configuration: Configuration;
  readonly redis: RedisConnection;
  readonly deadLetters: DeadLetters;
  readonly survey: () => Promise<Survey>;
  /** Anew at every call. */
  readonly letters: (lasts?: Survey['lasts']) => AsyncGenerator<DeadLetter>;
}

/** Lends the dead letters that are meant, for one use. */
export async function withLetters(
  { place, config, ...filter }: DeadLettersOptions,
  use: (lent: LentLetters) => Promise<void>,
): Promise<void> {
  insistOnSpan(filter);
  const configuration = await openConfigurationToLook(place, config);
  await withJournal({ place, config, configuration }, async (journal, redis) => {
    const deadLetters = createDeadLetters({ redis, retentionMs: configuration.retentionMs });
    const owners = await ownersOf(configuration, journal, filter);
    const letters = (lasts?: Survey['lasts']) => lettersOf(deadLetters, owners, filter, lasts);
    if ((await letters().next()).done) await insistOnSubscriber(configuration, journal, filter);
    await use({ configuration, redis, deadLetters, survey: () => surveyOf(deadLetters, owners, filter), letters });
  });
}

/** All of them at once is too much to mean by saying nothing. */
export function insistOnFilter<Filter extends LetterFilter>(filter: Filter): Filter {
  const { subscriber, endpoint, reason, since, until, correlation, ids = [] } = filter;
  const said = [subscriber, endpoint, reason, since, until, correlation, ids[0]];
  if (said.every((one) => one === undefined))
    throw new Failure('Say which: give ids of messages, or one of the options that choose.', exitCodes.wrongUse);
  return filter;
}

/** At the end: the others were there, and are done with. An id that was mistyped must not look so, too. */
export function insistOnAll({ missing }: Survey): void {
  if (missing.length > 0) throw new Failure(`There is no such dead letter of ${missing.join(', ')}.`);
}

/** Of letters of one subscriber and endpoint. */
export function ownerOf([first]: readonly DeadLetter[]): Owner {
  return { endpoint: first?.endpoint ?? '', subscriber: first?.subscriber ?? '' };
}
