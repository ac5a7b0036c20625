import { type Attempts, type GiveUpReason, none, type Settlement } from '@relay/core';

export type RecordState = 'delivered' | 'open' | 'dead' | 'discarded';

/** What is remembered of one delivery beside the ledger's counts. */
export interface DeliveryRecord {
  readonly state: RecordState;
  readonly attempts: Attempts;
  /** Epoch ms of the latest outcome. */
  readonly at: number;
  /** Epoch ms of the next attempt, while open. */
  readonly dueAt: number | undefined;
  /** Why it was given up, when dead. */
  readonly reason: GiveUpReason | undefined;
}

/** Redis keeps a hash in its compact form only while no value is longer. */
const mostBytes = 64;
const letters = { delivered: 'd', open: 'o', dead: 'x' } as const;
const reasons: Record<string, GiveUpReason | undefined> = {
  gone: 'gone',
  refused: 'refused',
  'too-old': 'too old',
  'too-many-attempts': 'too many attempts',
};
const states: Record<string, RecordState | undefined> = { d: 'delivered', o: 'open', x: 'dead', c: 'discarded' };

/**
 * `<state> <attempts> <first at> <latest at> <due at, or why it is dead> <outcomes,…>`, times in base 36, and behind it which
 * replay it is, if it is one; early outcomes go first when it gets long.
 */
export function encodeRecord(settlement: Exclude<Settlement, { state: 'skipped' }>): string {
  const { state, attempts, at } = settlement;
  const head = [letters[state], attempts.count, time(attempts.firstAt), time(at), dueOrReason(settlement)].join(' ');
  const tail = attempts.replay === undefined ? '' : ` ${attempts.replay}`;
  const words = [...attempts.words];
  while (words.length > 1 && head.length + 1 + words.join(',').length + tail.length > mostBytes) words.shift();
  return `${head} ${words.join(',')}${tail}`;
}

/** Of a replay that is due at once, but for its number, which its script puts behind it. */
export function replayRecord(at: number): string {
  return `${encodeRecord({ state: 'open', attempts: none, at, dueAt: at })} `;
}

/** Of a delivery that a person discarded before anything was attempted. */
export function discardedRecord(at: number): string {
  return `c 0 - ${time(at)} - `;
}

export function decodeRecord(text: string): DeliveryRecord | undefined {
  const [letter = '', count = '', firstAt = '', at = '', dueOrReason = '', words = '', replay] = text.split(' ');
  const state = states[letter];
  if (state === undefined) return undefined;
  return {
    state,
    attempts: {
      count: Number(count),
      firstAt: instant(firstAt),
      words: words === '' ? [] : words.split(','),
      ...(replay !== undefined && { replay: Number(replay) }),
    },
    at: instant(at) ?? 0,
    dueAt: state === 'open' ? instant(dueOrReason) : undefined,
    reason: state === 'dead' ? reasons[dueOrReason] : undefined,
  };
}

/** Why a delivery was given up, as a dead letter says it. */
export function giveUpReasonOf(text: string): GiveUpReason | undefined {
  return reasons[text.replaceAll(' ', '-')];
}

function dueOrReason(settlement: Exclude<Settlement, { state: 'skipped' }>): string {
  if (settlement.state === 'open') return time(settlement.dueAt);
  return settlement.state === 'dead' ? settlement.reason.replaceAll(' ', '-') : '-';
}

function time(ms: number | undefined): string {
  return ms === undefined ? '-' : Math.round(ms).toString(36);
}

function instant(text: string): number | undefined {
  return text === '-' || text === '' ? undefined : Number.parseInt(text, 36);
}
