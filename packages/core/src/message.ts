import type { MessageId } from './message-id.ts';

/** What a source understood of a callback. Everything is optional: most vendor bodies are not published. */
export interface Facts {
  readonly account?: string;
  readonly service?: string;
  /** What kind of news it is, in the vendor's own word. */
  readonly type?: string;
  /** What ties several callbacks to one request of the customer. Not unique. */
  readonly correlationId?: string;
  readonly status?: string;
  readonly devices: readonly Device[];
}

export interface Device {
  readonly id: string;
  /** Lower case, since vendors vary it inside one body: `iccid`, `imei`, `mdn`, … */
  readonly kind: string;
}

/** One verified callback, kept byte for byte. */
export interface Message {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Epoch ms at which the relay had read it. */
  readonly receivedAt: number;
  /** SHA-256 of everything that a vendor's resend repeats: two equal digests are a resend or look alike. */
  readonly digest: Buffer;
  /** Which of the vendor's attempts this is, from 1; undefined where the vendor does not number them. */
  readonly vendorAttempt: number | undefined;
  /**
   * How long an equal digest is taken for a resend, in ms, where that is less than the endpoint's dedup window: nothing in
   * the callback tells a resend from a later one of the same words.
   */
  readonly resendWithinMs?: number;
  /** Those headers of the request that a rule of some subscriber asks for, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly facts: Facts;
}

/** A message as the log holds it. Facts that a look-up needs but nobody else (devices) stay in the body. */
export interface KeptMessage {
  readonly id: MessageId;
  readonly endpoint: string;
  /** Position in the endpoint's log: 1 for the first message ever kept there. */
  readonly ordinal: number;
  readonly receivedAt: number;
  readonly contentType: string | undefined;
  readonly vendorAttempt: number | undefined;
  readonly account: string | undefined;
  readonly service: string | undefined;
  readonly type: string | undefined;
  readonly correlationId: string | undefined;
  readonly status: string | undefined;
  /** See `Message`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Somebody else has written or changed its entry: what was known beside its bytes is lost, so that nobody can say who wants it. */
  readonly unreadable?: true;
}
