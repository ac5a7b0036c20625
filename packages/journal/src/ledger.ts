import type { Ledger } from '@relay/core';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

type RawCursor = readonly [
  subscriber: Buffer,
  read: number,
  skipped: number,
  delivered: number,
  dead: number,
  discarded: number,
  open: number,
  pending: number,
  waiting: number,
  oldestWaiting: Buffer,
  firstDueAt: Buffer,
  deadLetters: number,
  lastDeliveredAt: Buffer,
];

/** An endpoint's books, one snapshot over all its cursors. */
export async function readLedger(run: RunScript, endpoint: string): Promise<Ledger[]> {
  const cursors = (await run('relayLedger', [logKey(endpoint)], [])) as RawCursor[];
  return cursors.map(
    ([
      subscriber,
      read,
      skipped,
      delivered,
      dead,
      discarded,
      open,
      pending,
      waiting,
      oldest,
      due,
      deadLetters,
      last,
    ]) => ({
      endpoint,
      subscriber: subscriber.toString(),
      read,
      skipped,
      delivered,
      dead,
      discarded,
      open,
      pending,
      waiting,
      oldestWaitingAt: instant(oldest),
      firstDueAt: instant(due),
      deadLetters,
      lastDeliveredAt: instant(last),
    }),
  );
}

/** Epoch ms out of an entry's id or a plain number. */
function instant(text: Buffer): number | undefined {
  return text.length === 0 ? undefined : Number.parseInt(text.toString('latin1'), 10);
}
