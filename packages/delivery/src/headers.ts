import { validateHeaderValue } from 'node:http';
import type { Attempts, KeptMessage, Subscriber } from '@relay/core';
import type { Sign } from './sign.ts';

export type Headers = Readonly<Record<string, string>>;

/** Servers refuse large heads, and would refuse such a message for ever; what is left out here is in the body. */
const maxValueLength = 1024;
const unknownContentType = 'application/octet-stream';

/** What goes out for a message: its own body, or one made from it. */
export interface Payload {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Headers that are part of it. Not `headers`: those of a message, which is its own raw payload, are the vendor's request's. */
  readonly payloadHeaders?: Headers;
}

export interface AttemptFacts {
  readonly message: KeptMessage;
  readonly payload: Payload;
  readonly source: string | undefined;
  /** Those made before. */
  readonly attempts: Attempts;
  /** Epoch ms. */
  readonly at: number;
  readonly sign: Sign | undefined;
}

/** What an attempt tells of its message. Vendors write some of it, so it may be any text. */
export function messageHeaders({ message, payload, source, attempts, at, sign }: AttemptFacts): Headers {
  const timestamp = String(Math.floor(at / 1000));
  const headers: Record<string, string> = {
    ...payload.payloadHeaders,
    'content-type': contentType(payload.contentType),
    'content-length': String(payload.body.length),
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'relay-endpoint': message.endpoint,
    'relay-received-at': new Date(message.receivedAt).toISOString(),
    'relay-attempt': String(attempts.count + 1),
  };
  if (attempts.replay !== undefined) headers['relay-replay'] = String(attempts.replay);
  add(headers, 'relay-source', source);
  add(headers, 'relay-account', message.account);
  add(headers, 'relay-service', message.service);
  add(headers, 'relay-type', message.type);
  add(headers, 'relay-correlation-id', message.correlationId);
  return sign === undefined ? headers : Object.assign(headers, sign({ id: message.id, timestamp, body: payload.body }));
}

function add(headers: Record<string, string>, name: string, text: string | undefined): void {
  if (text === undefined) return;
  const value = headerValue(text);
  if (value.length <= maxValueLength) headers[name] = value;
}

const outsideVisibleAscii = /[^\x21-\x7e]|%/gu;

/** The text as it is where it is visible ASCII, the rest percent-encoded: `decodeURIComponent` gives it back. */
export function headerValue(text: string): string {
  // A lone surrogate has no encoding: it becomes U+FFFD.
  return text.toWellFormed().replace(outsideVisibleAscii, encodeURIComponent);
}

function contentType(received: string | undefined): string {
  if (received === undefined || received.length > maxValueLength) return unknownContentType;
  try {
    validateHeaderValue('content-type', received);
    return received;
  } catch {
    return unknownContentType;
  }
}

/**
 * What a subscriber says itself. In lower case and first in line, so that the relay's replace them; where the relay has
 * nothing to say, they must not speak for it.
 */
export function ownHeaders({ headers, payload }: Pick<Subscriber, 'headers' | 'payload'>): Headers {
  const reserved = payload === 'cloudevents-binary' ? /^(?:relay|webhook|ce)-/ : /^(?:relay|webhook)-/;
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => !reserved.test(name)));
}
