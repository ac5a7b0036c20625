import type { DeadLetter } from '@relay/journal';
import type { Survey } from './dead-letters-found.ts';
import { enumerate } from './enumerate.ts';
import { messageFacts } from './message-facts.ts';
import { table } from './table.ts';
import { formatInstant } from './time.ts';

export function letterAsJson({ letter, endpoint: _, entry: __, message, ...rest }: DeadLetter): object {
  return { ...messageFacts(message), ...rest, letter, givenUpAt: givenUpAt(letter) };
}

export function describeMeant({ count, missing }: Pick<Survey, 'count' | 'missing'>): string {
  const meant = count === 1 ? '1 dead letter is meant' : `${count} dead letters are meant`;
  return missing.length === 0 ? `${meant}.` : `${meant}; there is none of ${enumerate(missing)}.`;
}

export function tableOfLetters(letters: readonly DeadLetter[]): string {
  const rows = letters.map(({ message, subscriber, letter, reason, attempts }) => [
    message.id,
    subscriber,
    formatInstant(givenUpAt(letter)),
    reason ?? '',
    String(attempts.count),
    attempts.words.at(-1) ?? '',
    message.correlationId ?? '',
  ]);
  const headings = ['message', 'subscriber', 'given up', 'reason', 'attempts', 'last', 'request'];
  return table(headings, rows, ['attempts']);
}

/** Everything but the body. */
export function tellLetter({ message, subscriber, letter, reason, attempts, bytes, empty }: DeadLetter): string {
  const { count, words, replay } = attempts;
  const outcomes = words.join(' ');
  const facts: [string, string | undefined][] = [
    ['message', message.id],
    ['subscriber', subscriber],
    ['endpoint', message.endpoint],
    ['given up', formatInstant(givenUpAt(letter))],
    ['reason', reason],
    ['attempts', count > words.length ? `${count}, the last ${words.length}: ${outcomes}` : `${count}: ${outcomes}`],
    ['replay', replay?.toString()],
    ['received', formatInstant(message.receivedAt)],
    ['account', message.account],
    ['service', message.service],
    ['type', message.type],
    ['request', message.correlationId],
    ['status', message.status],
    ['body', empty ? 'gone' : `${bytes} bytes, ${message.contentType ?? 'no content type'}`],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  return table(['', ''], known).trimStart();
}

/** Epoch ms. */
function givenUpAt(letter: string): number {
  return Number.parseInt(letter, 10);
}
