import type { Configuration } from '@relay/config';
import { compareEntries, type GiveUpReason } from '@relay/core';
import type { DeadLetter, DeadLetters, Journal, LetterId } from '@relay/journal';
import { insistOnEndpoint, knownEndpoints } from './known-endpoints.ts';
import { insistOnKnown, knownSubscribers } from './known-subscribers.ts';

/** Which dead letters are meant: those of all that is said. */
export interface LetterFilter {
  readonly subscriber?: string;
  readonly endpoint?: string;
  readonly reason?: GiveUpReason;
  /** Given up since then, and before, in epoch ms. */
  readonly since?: number;
  readonly until?: number;
  readonly correlation?: string;
  /** Of messages. */
  readonly ids?: readonly string[];
}

/** Looked at in one call. */
const lettersAtOnce = 100;

/** Who has dead letters where. */
export interface Owner {
  readonly endpoint: string;
  readonly subscriber: string;
}

/** Also those of endpoints and subscribers that have left the configuration. */
export async function ownersOf(
  configuration: Configuration,
  journal: Journal,
  { endpoint: only, subscriber: wanted }: LetterFilter,
): Promise<readonly Owner[]> {
  const endpoints = await knownEndpoints(configuration, journal);
  if (only !== undefined) insistOnEndpoint(only, endpoints);
  const named = endpoints.filter((endpoint) => (only ?? endpoint) === endpoint);
  // One whose cursors are gone may have left letters behind.
  if (wanted !== undefined) return named.map((endpoint) => ({ endpoint, subscriber: wanted }));
  const { ledgers } = await knownSubscribers(configuration, journal);
  return ledgers.filter(({ endpoint, deadLetters }) => deadLetters > 0 && named.includes(endpoint));
}

/** How many there are, and which is the last of each owner: what is given up later was never meant. */
export interface Survey {
  readonly count: number;
  /** Ids that were asked for and are of no such letter. */
  readonly missing: readonly string[];
  readonly lasts: ReadonlyMap<Owner, LetterId>;
}

export async function surveyOf(
  deadLetters: Pick<DeadLetters, 'list'>,
  owners: readonly Owner[],
  filter: LetterFilter,
): Promise<Survey> {
  let count = 0;
  const missing = new Set(filter.ids);
  const lasts = new Map<Owner, LetterId>();
  for (const owner of owners) {
    for await (const { letter, message } of lettersOf(deadLetters, [owner], filter)) {
      count += 1;
      missing.delete(message.id);
      lasts.set(owner, letter);
    }
  }
  return { count, missing: [...missing], lasts };
}

/** The oldest first, for each of the owners; of those that were surveyed before, no later ones. */
export async function* lettersOf(
  deadLetters: Pick<DeadLetters, 'list'>,
  owners: readonly Owner[],
  filter: LetterFilter,
  lasts?: Survey['lasts'],
): AsyncGenerator<DeadLetter> {
  const { since, until } = filter;
  const span = { ...(since !== undefined && { sinceMs: since }), ...(until !== undefined && { untilMs: until }) };
  for (const owner of owners) {
    const { endpoint, subscriber } = owner;
    const last = lasts?.get(owner);
    if (lasts !== undefined && last === undefined) continue;
    let after: LetterId | undefined;
    do {
      const page = { ...span, ...(after !== undefined && { after }), count: lettersAtOnce };
      const listed = await deadLetters.list(endpoint, subscriber, page);
      const some = listed.letters.filter(({ letter }) => last === undefined || compareEntries(letter, last) <= 0);
      for (const letter of some) if (isMeant(letter, filter)) yield letter;
      after = some.length < listed.letters.length ? undefined : listed.last;
    } while (after !== undefined);
  }
}

function isMeant({ message, reason }: DeadLetter, filter: LetterFilter): boolean {
  const { ids = [] } = filter;
  return (
    (filter.reason ?? reason) === reason &&
    (filter.correlation ?? message.correlationId) === message.correlationId &&
    (ids.length === 0 || ids.includes(message.id))
  );
}

/** For whom nothing was found: perhaps nobody is called so. */
export async function insistOnSubscriber(
  configuration: Configuration,
  journal: Journal,
  { subscriber }: LetterFilter,
): Promise<void> {
  if (subscriber !== undefined) insistOnKnown([subscriber], await knownSubscribers(configuration, journal));
}

/** By subscriber and endpoint, a few at a time, without holding all of them. */
export async function* inBatches(
  letters: AsyncIterable<DeadLetter>,
  most: number,
): AsyncGenerator<readonly DeadLetter[]> {
  let batch: DeadLetter[] = [];
  for await (const letter of letters) {
    const [first] = batch;
    const isOther =
      first !== undefined && (first.endpoint !== letter.endpoint || first.subscriber !== letter.subscriber);
    if (isOther || batch.length === most) {
      yield batch;
      batch = [];
    }
    batch.push(letter);
  }
  if (batch.length > 0) yield batch;
}
