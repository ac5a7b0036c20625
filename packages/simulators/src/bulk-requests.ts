import type { Draft, DraftOptions } from './draft.ts';
import type { Random } from './random.ts';

/** A callback for each device of each request of the customer, those of a request in any order. */
export function* bulkRequests(
  random: Random,
  { count, devices }: Pick<DraftOptions, 'count' | 'devices'>,
  begin: (turn: number) => (which: string) => Draft,
): Iterable<Draft> {
  for (let turn = 0; turn < count; turn += 1) {
    const draft = begin(turn);
    const numbers = Array.from({ length: devices }, (_, index) => index + 1);
    const drafts = numbers.map((number) => draft(devices > 1 ? `device ${number} of ${devices}` : ''));
    yield* random.shuffled(drafts);
  }
}
