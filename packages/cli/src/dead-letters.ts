import type { DeadLetter, DeadLetters } from '@relay/journal';
import { confirm } from './confirm.ts';
import { inBatches } from './dead-letters-found.ts';
import { type DeadLettersOptions, insistOnAll, insistOnFilter, ownerOf, withLetters } from './dead-letters-lend.ts';
import { describeMeant, letterAsJson, tableOfLetters, tellLetter } from './dead-letters-words.ts';
import { Failure } from './failure.ts';

export interface ListOptions extends DeadLettersOptions {
  readonly count: number;
}

export interface ShowOptions extends DeadLettersOptions {
  readonly body?: boolean;
}

export interface DiscardOptions extends DeadLettersOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Discarded in one call. */
const discardedAtOnce = 100;

/** Lists dead letters, without bodies. */
export async function listDeadLetters({ count, json, ...options }: ListOptions): Promise<void> {
  await withLetters(options, async ({ letters }) => {
    const shown: DeadLetter[] = [];
    let more = false;
    for await (const letter of letters()) {
      more = shown.length === count;
      if (more) break;
      shown.push(letter);
    }
    if (json) console.log(JSON.stringify({ letters: shown.map(letterAsJson), more }));
    else if (shown.length === 0) console.log('There are no such dead letters.');
    else console.log(`${tableOfLetters(shown)}${more ? `\n\nThere are more: --count shows more than ${count}.` : ''}`);
  });
}

/** The body is shown only when it is asked for, and then nothing else is: vendors put passwords into bodies. */
export async function showDeadLetter(id: string, { body, json, ...options }: ShowOptions): Promise<void> {
  await withLetters({ ...options, ids: [id] }, async ({ deadLetters, letters }) => {
    const found = await Array.fromAsync(letters());
    const [first] = found;
    if (first === undefined) throw new Failure(`There is no dead letter of ${id}.`);
    if (body) process.stdout.write(await bodyOf(deadLetters, first));
    else if (json) console.log(JSON.stringify(found.map(letterAsJson)));
    else console.log(found.map(tellLetter).join('\n\n'));
  });
}

async function bodyOf(
  deadLetters: Pick<DeadLetters, 'body'>,
  { endpoint, subscriber, letter, empty, message }: DeadLetter,
): Promise<Buffer> {
  const body = await deadLetters.body(endpoint, subscriber, letter);
  if (body === undefined || empty) throw new Failure(`The body of ${message.id} is gone.`);
  return body;
}

/** Throws dead letters away, after asking. */
export async function discardDeadLetters(
  ids: readonly string[],
  { dryRun = false, yes = false, json = false, ...options }: DiscardOptions,
): Promise<void> {
  await withLetters(insistOnFilter({ ...options, ids }), async ({ deadLetters, survey, letters }) => {
    const found = await survey();
    const { count, missing, lasts } = found;
    if (!json) console.log(describeMeant(found));
    let discarded = 0;
    if (!dryRun && count > 0) {
      await confirm(`Discard these ${count} for good?`, yes);
      for await (const batch of inBatches(letters(lasts), discardedAtOnce)) {
        const { endpoint, subscriber } = ownerOf(batch);
        const some = batch.map(({ letter }) => letter);
        discarded += await deadLetters.discard(endpoint, subscriber, some);
      }
    }
    if (json) console.log(JSON.stringify({ found: count, missing, dryRun, discarded }));
    else if (!dryRun) console.log(`${discarded} discarded, and counted so in the books.`);
    insistOnAll(found);
  });
}
