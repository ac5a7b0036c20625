import type { Attempt, Sent } from './run.ts';

/** What a run has come to so far. */
export interface Counts {
  /** Requests that are over, and the callbacks in them. */
  readonly requests: number;
  readonly callbacks: number;
  readonly attempts: number;
  /** Attempts after the first, as the vendor makes them when it is not acknowledged. */
  readonly resends: number;
  readonly repetitions: number;
  /** Attempts by the status of their answer; 0 stands for none. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** What a run came to. */
export interface Report extends Counts {
  /** By kind of callback, in the order in which they were first over. */
  readonly kinds: readonly KindReport[];
  readonly genuine: Ends;
  readonly forged: Ends;
  /** How long answers took; undefined when there was none. */
  readonly answeredMs: { readonly p50: number; readonly p99: number } | undefined;
  readonly elapsedMs: number;
  /** Every request with its attempts, bytes and answers, in the order in which they were over; empty unless they are remembered. */
  readonly sent: readonly Sent[];
}

/** Requests by how they ended. */
export interface Ends {
  readonly accepted: number;
  readonly refused: number;
  readonly unfinished: number;
}

export interface KindReport {
  readonly kind: string;
  readonly genuine: Ends;
  readonly forged: Ends;
  readonly attempts: number;
}

/**
 * Whether nothing genuine was refused and nothing forged accepted. What a stop left unfinished does not count, but a run in
 * which nothing was answered at all shows nothing and is not fine.
 */
export function isFine({ genuine, forged, answeredMs }: Pick<Report, 'genuine' | 'forged' | 'answeredMs'>): boolean {
  return genuine.refused === 0 && forged.accepted === 0 && answeredMs !== undefined;
}

export interface Tally {
  addAttempt(attempt: Attempt): void;
  addSent(sent: Sent): void;
  counts(): Counts;
  report(): Report;
}

export function createTally({ remember }: { remember: boolean }): Tally {
  const startedAt = performance.now();
  const kinds = new Map<string, ReturnType<typeof createKind>>();
  const all = createKind('all');
  const byStatus: Record<string, number> = {};
  const answeredMs: number[] = [];
  const kept: Sent[] = [];
  let [requests, callbacks, attempts, resends, repetitions] = [0, 0, 0, 0, 0];
  const counts = () => ({ requests, callbacks, attempts, resends, repetitions, byStatus: { ...byStatus } });

  return {
    counts,
    addAttempt({ number, repetition, answer: { status, ms } }) {
      attempts += 1;
      if (repetition) repetitions += 1;
      else if (number > 1) resends += 1;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      if (status > 0) answeredMs.push(ms);
    },
    addSent(sent) {
      const kind = kinds.get(sent.kind) ?? createKind(sent.kind);
      kinds.set(sent.kind, kind);
      kind.add(sent);
      all.add(sent);
      requests += 1;
      callbacks += sent.keys.length;
      if (remember) kept.push(sent);
    },
    report: () => ({
      ...counts(),
      kinds: [...kinds.values()].map((kind) => kind.report()),
      genuine: all.report().genuine,
      forged: all.report().forged,
      answeredMs: percentiles(answeredMs),
      elapsedMs: Math.round(performance.now() - startedAt),
      sent: [...kept],
    }),
  };
}

function createKind(kind: string) {
  const ends = () => ({ accepted: 0, refused: 0, unfinished: 0 });
  const [genuine, forged] = [ends(), ends()];
  let attempts = 0;
  return {
    add: (sent: Sent) => {
      (sent.forged ? forged : genuine)[sent.end] += 1;
      attempts += sent.attempts.length;
    },
    report: (): KindReport => ({ kind, genuine: { ...genuine }, forged: { ...forged }, attempts }),
  };
}

/** Nearest rank, in ms to a tenth. */
function percentiles(values: readonly number[]): Report['answeredMs'] {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (p: number) => Math.round((sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? 0) * 10) / 10;
  return { p50: at(50), p99: at(99) };
}
