import type { Attempts, Settlement } from '@relay/core';

export type RecordState = 'delivered' | 'open' | 'dead';

/** What is remembered of one delivery beside the ledger's counts. */
export interface DeliveryRecord {
  readonly state: RecordState;
  readonly attempts: Attempts;
  /** Epoch ms of the latest outcome. */
  readonly at: number;
  /** Epoch ms of the next attempt, while open. */
  readonly dueAt: number | undefined;
}

/** Redis keeps a hash in its compact form only while no value is longer. */
const mostBytes = 64;
const letters = { delivered: 'd', open: 'o', dead: 'x' } as const;
const states: Record<string, RecordState | undefined> = { d: 'delivered', o: 'open', x: 'dead' };

/** `<state> <attempts> <first at> <latest at> <due at> <outcomes,…>`, times in base 36; early outcomes go first when it gets long. */
export function encodeRecord(settlement: Exclude<Settlement, { state: 'skipped' }>): string {
  const { state, attempts, at } = settlement;
  const dueAt = settlement.state === 'open' ? settlement.dueAt : undefined;
  const head = [letters[state], attempts.count, time(attempts.firstAt), time(at), time(dueAt)].join(' ');
  const words = [...attempts.words];
  while (words.length > 1 && head.length + 1 + words.join(',').length > mostBytes) words.shift();
  return `${head} ${words.join(',')}`;
}

export function decodeRecord(text: string): DeliveryRecord | undefined {
  const [letter = '', count = '', firstAt = '', at = '', dueAt = '', words = ''] = text.split(' ');
  const state = states[letter];
  if (state === undefined) return undefined;
  return {
    state,
    attempts: { count: Number(count), firstAt: instant(firstAt), words: words === '' ? [] : words.split(',') },
    at: instant(at) ?? 0,
    dueAt: instant(dueAt),
  };
}

function time(ms: number | undefined): string {
  return ms === undefined ? '-' : Math.round(ms).toString(36);
}

function instant(text: string): number | undefined {
  return text === '-' || text === '' ? undefined : Number.parseInt(text, 36);
}
