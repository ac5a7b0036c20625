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
