import type { EntryId } from '@relay/core';
import { type Findings, mostEntries } from './finding.ts';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/** Looked at in one call, shared among the cursors whose unsettled deliveries are looked for. */
const entriesAtOnce = 200;

/** What a cursor has read and what is neither pending, open nor over by its record. */
export interface Unsettled {
  readonly count: number;
  /** At most `mostEntries`. */
  readonly entries: readonly EntryId[];
}

type RawStep = readonly [
  last: Buffer,
  ordinal: number,
  looked: number,
  kept: number,
  gaps: readonly (Buffer | number)[],
  repeated: readonly Buffer[],
  unsettled: readonly Buffer[],
];

/**
 * Walks a log from its beginning to its end: are the ordinals without a gap, is everything settled that was read? The
 * second is asked only of the suspects, whose books miss something: what was skipped leaves no record.
 */
export async function walkLog(
  run: RunScript,
  endpoint: string,
  suspects: readonly string[],
  findings: Findings,
  onEntries: (count: number) => void,
): Promise<ReadonlyMap<string, Unsettled>> {
  const count = Math.max(1, Math.floor(entriesAtOnce / Math.max(1, suspects.length)));
  const unsettled = new Map<string, { count: number; entries: EntryId[] }>();
  let last = '';
  let ordinal = 0;
  do {
    const step = (await run('relayAuditLog', [logKey(endpoint)], [last, ordinal, count, ...suspects])) as RawStep;
    last = step[0].toString('latin1');
    ordinal = step[1];
    onEntries(step[2]);
    addGaps(findings, endpoint, step[4]);
    if (step[5].length > 0) findings.add({ kind: 'repeated-ordinal', endpoint }, step[5].map(entryOf), step[5].length);
    gather(unsettled, step[6]);
    // The next message would get an ordinal that there is.
    if (last === '' && ordinal > step[3]) findings.add({ kind: 'repeated-ordinal', endpoint }, [], ordinal - step[3]);
  } while (last !== '');
  return unsettled;
}

function addGaps(findings: Findings, endpoint: string, flat: RawStep[4]): void {
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const kind = Number(flat[i + 2]) > 0 ? 'unread-missing' : 'read-missing';
    const behind = entryOf(flat[i] as Buffer);
    findings.add({ kind, endpoint }, String(behind) === '' ? [] : [behind], Number(flat[i + 1]));
  }
}

function gather(unsettled: Map<string, { count: number; entries: EntryId[] }>, flat: readonly Buffer[]): void {
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const subscriber = String(flat[i]);
    const one = unsettled.get(subscriber) ?? { count: 0, entries: [] };
    unsettled.set(subscriber, one);
    one.count += 1;
    if (one.entries.length < mostEntries) one.entries.push(entryOf(flat[i + 1] as Buffer));
  }
}

function entryOf(text: Buffer): EntryId {
  return text.toString('latin1') as EntryId;
}
