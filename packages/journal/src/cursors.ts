import type { CursorStanding, EndpointStanding } from '@relay/core';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

type RawCursor = readonly [
  subscriber: Buffer,
  waiting: number,
  pending: number,
  open: number,
  deadLetters: number,
  alive: number,
  orphaned: number,
];

/** Every cursor of an endpoint, also those that no configuration names any more: one snapshot. */
export async function readCursors(run: RunScript, endpoint: string): Promise<EndpointStanding> {
  const [messages, ...cursors] = (await run('relayCursors', [logKey(endpoint)], [])) as [number, ...RawCursor[]];
  const standings = cursors.map(
    ([subscriber, waiting, pending, open, deadLetters, alive, orphaned]): CursorStanding => ({
      subscriber: subscriber.toString(),
      waiting,
      pending,
      open,
      deadLetters,
      alive: alive === 1,
      orphaned: orphaned === 1,
    }),
  );
  const inOrder = standings.sort((a, b) => (a.subscriber < b.subscriber ? -1 : 1));
  return { endpoint, messages, cursors: inOrder };
}

/** What pruning a cursor did. */
export interface Pruned {
  /** A process that runs names it: nothing was done. */
  readonly alive: boolean;
  readonly discarded: number;
  readonly deadLetters: number;
}

/** In steps, none of which holds Redis up for long; interrupted, the rest of it is pruned the next time. */
export async function pruneCursor(
  run: RunScript,
  endpoint: string,
  subscriber: string,
  { deadLetters }: { readonly deadLetters: boolean },
): Promise<Pruned> {
  const sum = { alive: false, discarded: 0, deadLetters: 0 };
  let unfinished: number | undefined;
  do {
    const values = [subscriber, deadLetters ? 'letters' : ''];
    const answer = (await run('relayPrune', [logKey(endpoint)], values)) as [number, number, number, number];
    const [alive, discarded, letters] = answer;
    unfinished = answer[3];
    sum.alive = alive === 1;
    sum.discarded += discarded;
    sum.deadLetters += letters;
  } while (unfinished === 1);
  return sum;
}
