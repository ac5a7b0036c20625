/**
 * `<endpoint>-<stream ms>-<stream seq>-<4 hex of the digest>`: sortable, says where the message lies, and cannot be
 * given to another message after a failover. Subscribers see it as `webhook-id`.
 */
export type MessageId = `${string}-${number}-${number}-${string}`;

export interface MessagePlace {
  readonly endpoint: string;
  /** The entry's id in the endpoint's stream: `<ms>-<seq>`. */
  readonly entry: EntryId;
  readonly check: string;
}

export type EntryId = `${number}-${number}`;

/**
 * Below 0 when `a` stands before `b` in its log. As texts they would not compare: each number has as many digits as it needs. Those of
 * entries are exact as numbers, being ms of a clock and a count within one of these. That of a cursor which begins at an instant is
 * the highest there is (2^64 - 1): rounded, it stands behind every entry of its ms all the same.
 */
export function compareEntries(a: EntryId, b: EntryId): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}

export function messageId(endpoint: string, entry: EntryId, check: string): MessageId {
  return `${endpoint}-${entry}-${check}`;
}

const shape = /^(?<endpoint>.+)-(?<ms>\d{1,16})-(?<seq>\d{1,16})-(?<check>[0-9a-f]{4})$/;

/** Where a message lies, or undefined for a text that is no message id. */
export function placeOf(id: string): MessagePlace | undefined {
  const { endpoint, ms, seq, check } = shape.exec(id)?.groups ?? {};
  if (endpoint === undefined || check === undefined) return undefined;
  return { endpoint, entry: `${Number(ms)}-${Number(seq)}`, check };
}
