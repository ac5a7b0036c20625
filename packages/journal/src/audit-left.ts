import { type EntryId, generationOf, none } from '@relay/core';
import { abandonedAfterMs, handedBackMs } from './claim.ts';
import type { Findings } from './finding.ts';
import { logKey } from './keys.ts';
import { decodeRecord } from './record.ts';
import type { RunScript } from './scripts.ts';

/** Looked at in one call. */
const atOnce = 100;
/** What nobody has refreshed for so long, in ms, although any worker would have claimed it by now. */
export const strandedAfterMs = 2 * abandonedAfterMs;

/** Whose deliveries are looked at. */
export interface CursorName {
  readonly endpoint: string;
  readonly subscriber: string;
}

/** A delivery that waits for a retry, and so wants an alarm. */
export interface OpenEntry extends CursorName {
  readonly entry: EntryId;
  /** Epoch ms. */
  readonly dueAt: number;
  /** Which attempt is next, as its alarm says it. */
  readonly generation: number;
}

export async function lookAtOpen(run: RunScript, cursor: CursorName, findings: Findings): Promise<OpenEntry[]> {
  const open: OpenEntry[] = [];
  for (let from = 0; ; from += atOnce) {
    const flat = (await run('relayAuditOpen', [logKey(cursor.endpoint)], [cursor.subscriber, from, atOnce])) as (
      | Buffer
      | number
    )[];
    for (let i = 0; i + 3 < flat.length; i += 4) {
      const entry = String(flat[i]) as EntryId;
      if (flat[i + 3] === 0) findings.add({ kind: 'no-body', ...cursor }, [entry]);
      const generation = generationOf(decodeRecord(String(flat[i + 2]))?.attempts ?? none);
      open.push({ ...cursor, entry, dueAt: Number(String(flat[i + 1])), generation });
    }
    if (flat.length < 4 * atOnce) return open;
  }
}

/** What was handed back waits for the next worker that claims: there is nothing amiss with it. */
export async function lookAtPending(run: RunScript, cursor: CursorName, findings: Findings): Promise<void> {
  for (let last = ''; ; ) {
    const values = [cursor.subscriber, strandedAfterMs, last, atOnce];
    const flat = (await run('relayAuditPending', [logKey(cursor.endpoint)], values)) as (Buffer | number)[];
    for (let i = 0; i + 2 < flat.length; i += 3) {
      last = String(flat[i]);
      if (flat[i + 2] === 0) findings.add({ kind: 'no-body', ...cursor }, [last as EntryId]);
      else if (Number(flat[i + 1]) < handedBackMs) findings.add({ kind: 'stranded', ...cursor }, [last as EntryId]);
    }
    if (flat.length < 3 * atOnce) return;
  }
}

export async function lookAtHeld(
  run: RunScript,
  endpoint: string,
  subscribers: readonly string[],
  held: readonly EntryId[],
  findings: Findings,
): Promise<void> {
  for (let from = 0; from < held.length; from += atOnce) {
    const page = held.slice(from, from + atOnce);
    const values = [subscribers.length, ...subscribers, ...page];
    const counts = (await run('relayAuditHeld', [logKey(endpoint)], values)) as number[];
    page.forEach((entry, i) => {
      const [wanted = 0, openers = 0] = counts.slice(2 * i);
      if (wanted > openers) findings.add({ kind: 'held-for-more', endpoint }, [entry]);
      if (wanted < openers) findings.add({ kind: 'held-for-fewer', endpoint }, [entry]);
    });
  }
}

export async function lookAtDead(run: RunScript, cursor: CursorName, findings: Findings): Promise<void> {
  let last = '';
  do {
    const values = [cursor.subscriber, last, atOnce];
    const [next, without] = (await run('relayAuditDead', [logKey(cursor.endpoint)], values)) as [Buffer, Buffer[]];
    last = next.toString('latin1');
    for (const entry of without) findings.add({ kind: 'empty-letter', ...cursor }, [String(entry) as EntryId]);
  } while (last !== '');
}
