import type { EntryId } from '@relay/core';

/** Everything that can be found amiss in the books of a log. `docs/ledger.md` says what each means. */
export const findingKinds = [
  'difference',
  'no-cursor',
  'no-books',
  'unsettled',
  'untold',
  'no-body',
  'stranded',
  'held-for-fewer',
  'unread-missing',
  'repeated-ordinal',
  'empty-letter',
] as const;

/** What is worth knowing, and costs nobody a message. */
export const noteKinds = ['orphan', 'left-over', 'held-for-more', 'read-missing'] as const;

export type AuditKind = (typeof findingKinds)[number] | (typeof noteKinds)[number];

/** One thing that is amiss, in one log and for one subscriber, or for all of them. */
export interface Finding {
  readonly kind: AuditKind;
  readonly endpoint: string;
  readonly subscriber?: string;
  /** How many deliveries, messages or cursors. Of a difference: below 0 for what is counted too often. */
  readonly count: number;
  /** Which, in the order of the log, at most `mostEntries`; a repair takes as many at a time. */
  readonly entries: readonly EntryId[];
}

export const mostEntries = 10_000;

/** Gathers entries into findings, one per kind, endpoint and subscriber. */
export function createFindings() {
  const found = new Map<string, Finding & { entries: EntryId[]; count: number }>();
  return {
    /** One more of it, or `count`, with those of the entries that are known. */
    add(finding: Omit<Finding, 'entries' | 'count'>, entries: readonly EntryId[] = [], count = 1): void {
      const key = `${finding.kind}\n${finding.endpoint}\n${finding.subscriber ?? ''}`;
      const one = found.get(key) ?? { ...finding, entries: [], count: 0 };
      found.set(key, one);
      one.count += count;
      one.entries.push(...entries.slice(0, mostEntries - one.entries.length));
    },
    all: (): readonly Finding[] => [...found.values()],
  };
}

export type Findings = ReturnType<typeof createFindings>;
