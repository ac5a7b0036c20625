/** A downstream URL that wants some messages. */
export interface Subscriber {
  readonly name: string;
  readonly url: string;
  /** Names of the endpoints it receives, globs already resolved against the configuration. */
  readonly endpoints: readonly string[];
  /** Where its cursor begins in a log it has not read before. */
  readonly from: From;
  /** For one whole attempt, in ms. */
  readonly timeoutMs: number;
  /** Deliveries in flight per worker process. */
  readonly concurrency: number;
  readonly retry: RetryPolicy;
  /** Standard Webhooks secrets, newest first; each gives a signature. Empty: not signed. */
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The vendor's body byte for byte, or the relay's own JSON. */
  readonly payload: 'raw' | 'json';
  /** Whether the vendor's credentials are taken out of raw bodies, which are then no longer byte for byte. */
  readonly redact: boolean;
}

export type From =
  | { readonly kind: 'now' }
  | { readonly kind: 'beginning' }
  | { readonly kind: 'ago'; readonly ms: number };

export interface RetryPolicy {
  /** Waits in ms after the first, second, … failed attempt; the last one repeats. */
  readonly scheduleMs: readonly number[];
  /** Counted from the delivery's first attempt; after that it is given up. */
  readonly maxAgeMs: number;
}
