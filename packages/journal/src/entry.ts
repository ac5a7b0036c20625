import { type EntryId, type KeptMessage, type Message, messageId } from '@relay/core';

/** An entry of a log as Redis answers it: its id and its fields `b` (body), `m` (metadata), `n` (ordinal), `t` (short token of the request). */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null];

const usualContentType = 'application/json';

/**
 * The metadata beside a body: a JSON list, since its names would cost more than its values. What is missing at the end
 * is left away. The content type is `null` for the usual one and `''` for none. Who reads it must not mind more behind the end:
 * a newer relay may have written it.
 */
type Metadata = [
  receivedAt: number,
  check: string,
  vendorAttempt: number | null,
  correlationId: string | null,
  account: string | null,
  service: string | null,
  type: string | null,
  status: string | null,
  contentType: string | null,
  headers: Readonly<Record<string, string>> | null,
];

/** What is missing at the end was left away. */
type Decoded = [receivedAt: number, check: string, ...Partial<Tail<Metadata>>];
type Tail<List> = List extends [unknown, unknown, ...infer Rest] ? Rest : never;

/** The four digits of the digest that end a message's id. */
export function checkOf(digest: Buffer): string {
  return digest.toString('hex', 0, 2);
}

export function encodeMetadata({ receivedAt, digest, vendorAttempt, facts, contentType, headers }: Message): string {
  const metadata: Metadata = [
    receivedAt,
    checkOf(digest),
    vendorAttempt ?? null,
    facts.correlationId ?? null,
    facts.account ?? null,
    facts.service ?? null,
    facts.type ?? null,
    facts.status ?? null,
    contentType === usualContentType ? null : (contentType ?? ''),
    headers ?? null,
  ];
  let length: number = metadata.length;
  while (metadata[length - 1] === null) length -= 1;
  return JSON.stringify(metadata.slice(0, length));
}

export function decodeEntry(endpoint: string, [id, fields]: RawEntry): { entry: EntryId; message: KeptMessage } {
  const entry = id.toString('latin1') as EntryId;
  return { entry, message: decodeMessage(endpoint, entry, fieldsOf(fields ?? [])) };
}

/** Whatever an entry is made of, it is a message: one that could not be read would stop everything behind it. */
export function decodeMessage(endpoint: string, entry: EntryId, { b, m, n }: Record<string, Buffer>): KeptMessage {
  const metadata = decodeMetadata(m);
  const [receivedAt, check, vendorAttempt, correlationId, account, service, type, status, contentType, headers] =
    metadata ?? [Number.parseInt(entry, 10), '0000'];
  return {
    id: messageId(endpoint, entry, check),
    endpoint,
    ordinal: Number(n?.toString('latin1') ?? 0) || 0,
    receivedAt,
    contentType: contentType === '' ? undefined : (contentType ?? usualContentType),
    vendorAttempt: vendorAttempt ?? undefined,
    correlationId: correlationId ?? undefined,
    account: account ?? undefined,
    service: service ?? undefined,
    type: type ?? undefined,
    status: status ?? undefined,
    ...(headers && { headers }),
    body: b ?? Buffer.alloc(0),
    ...((metadata === undefined || b === undefined) && { unreadable: true as const }),
  };
}

/** Undefined for what is none of ours. */
function decodeMetadata(bytes: Buffer | undefined): Decoded | undefined {
  try {
    const metadata: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    const [receivedAt, check] = Array.isArray(metadata) ? metadata : [];
    return typeof receivedAt === 'number' && typeof check === 'string' ? (metadata as Decoded) : undefined;
  } catch {
    return undefined;
  }
}

export function fieldsOf(flat: readonly Buffer[]): Record<string, Buffer> {
  const fields: Record<string, Buffer> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i];
    const value = flat[i + 1];
    if (name !== undefined && value !== undefined) fields[name.toString('latin1')] = value;
  }
  return fields;
}
