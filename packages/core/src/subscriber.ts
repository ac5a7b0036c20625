import type { Auth, Breaker, ClientTls, Network, Rate, Signing } from './calling.ts';
import type { Where } from './where.ts';

/** A downstream URL that wants some messages. */
export interface Subscriber {
  readonly name: string;
  readonly url: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  /** Names of the endpoints it receives, globs already resolved against the configuration. */
  readonly endpoints: readonly string[];
  /** Of an endpoint named here only the messages of which one of these holds; of any other endpoint all. */
  readonly wheres: Readonly<Record<string, readonly Where[]>>;
  /** Where its cursor begins in a log it has not read before. */
  readonly from: From;
  /** Whether it goes on where it stood when it comes back after it had left the configuration. */
  readonly resume: boolean;
  /** For one whole attempt, in ms. */
  readonly timeoutMs: number;
  /** Until there is a connection, TLS included, in ms. */
  readonly connectTimeoutMs: number;
  /** Deliveries in flight per worker process. */
  readonly concurrency: number;
  /** In the order in which an endpoint's messages were kept, all of them or those of one device; any order, without it. */
  readonly order?: 'endpoint' | 'device';
  readonly rate?: Rate;
  readonly retry: RetryPolicy;
  /** Without it, no failure puts the subscriber on hold. */
  readonly breaker?: Breaker;
  /** Without it nothing is signed. */
  readonly signing?: Signing;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth?: Auth;
  readonly tls?: ClientTls;
  /** URL of a forward proxy, with its credentials. */
  readonly proxy?: string;
  readonly network: Network;
  /** The vendor's body byte for byte, the relay's own JSON, or the vendor's body as a CloudEvent, in one JSON or with its facts in headers. */
  readonly payload: 'raw' | 'json' | 'cloudevents' | 'cloudevents-binary';
  /** Whether the vendor's credentials are taken out of its body, which is then no longer byte for byte. */
  readonly redact: boolean;
}

export type From =
  | { readonly kind: 'now' }
  | { readonly kind: 'beginning' }
  | { readonly kind: 'ago'; readonly ms: number };

export interface RetryPolicy {
  /** Waits in ms after the first, second, … failed attempt; the last one repeats. */
  readonly scheduleMs: readonly number[];
  /** Counted from the delivery's first attempt, less what the subscriber was on hold since; after that it is given up. */
  readonly maxAgeMs: number;
  /** After so many failed attempts it is given up. */
  readonly maxAttempts?: number;
  /** The most by which a wait is longer than scheduled, as a share of it: 0.2 is 20 %. */
  readonly jitter: number;
  /** Refusals with these statuses give up at once. */
  readonly giveUpOn: readonly StatusRange[];
  /** Refusals with other statuses than these give up at once; without it, none does. What is no refusal is always tried again. */
  readonly retryOn?: readonly StatusRange[];
}

/** From and to, both included: 500 to 599. */
export type StatusRange = readonly [from: number, to: number];
