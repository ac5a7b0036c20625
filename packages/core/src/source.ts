import type { Endpoint } from './endpoint.ts';
import type { Device, Message } from './message.ts';
import type { Refusal } from './refusal.ts';

/** A request as it came in. */
export interface Received {
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The sender's address, behind trusted proxies the one they name. */
  readonly ip: string;
  /** Epoch ms. */
  readonly at: number;
  /** Path and query as the request line has them. */
  readonly target: string;
}

/** A vendor's dialect for one endpoint, prepared once. No I/O, no clock; it never throws for what a vendor sends. */
export interface Source {
  /** Verifies and names in one step, so that an unverified message cannot be obtained. */
  read(received: Received): Reading;
  /** What the vendor wants to hear once its messages are kept. */
  readonly answer: Answer;
  /** A kept body for those who do not speak the dialect. What cannot be decoded is text or bytes; it never throws. */
  decode(body: Buffer, contentType: string | undefined): Decoded;
  /**
   * A kept body without the vendor's credentials, in its own shape otherwise; the same one when it holds none, and nothing
   * where they cannot be told from the rest. It never throws.
   */
  redact(body: Buffer): Buffer;
}

export interface Decoded {
  readonly devices: readonly Device[];
  /** The vendor's own content as a JSON text, its credentials left out. Numbers keep all their digits. */
  readonly content: string;
}

export type Reading = { readonly messages: readonly Message[] } | { readonly refusal: Refusal };

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export type CreateSource = (endpoint: Endpoint) => Source;
