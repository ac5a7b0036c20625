import type { Endpoint } from './endpoint.ts';
import type { Device, Message } from './message.ts';
import type { Refusal } from './refusal.ts';

/** What is known of a request before its body is here. */
export interface RequestHead {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The sender's address, behind trusted proxies the one they name. */
  readonly ip: string;
  /** Path and query as the request line has them. */
  readonly target: string;
}

/** A request as it came in. */
export interface Received extends RequestHead {
  readonly body: Buffer;
  /** Epoch ms. */
  readonly at: number;
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

/** A source behind what is the same for every vendor. */
export interface GuardedSource extends Source {
  /**
   * Why a request is refused whatever its body says, so that a body need not be read for nothing. That it is not says
   * nothing yet: `read` looks at the head again, and at the rest.
   */
  admit(head: RequestHead): Refusal | undefined;
}

export interface Decoded {
  readonly devices: readonly Device[];
  /** The vendor's own content as a JSON text, its credentials left out. Numbers keep all their digits. */
  readonly content: string;
  /** Present where nobody can look into the body: it is neither JSON nor XML nor a form, and the content is its text or its bytes. */
  readonly opaque?: true;
}

export type Reading = { readonly messages: readonly Message[] } | { readonly refusal: Refusal };

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export type CreateSource = (endpoint: Endpoint) => Source;
