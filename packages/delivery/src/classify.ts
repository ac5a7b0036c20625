import type { Outcome } from '@relay/core';
import type { Exchange } from './exchange.ts';

/** Above it a Retry-After is no time any more. */
const longestRetryAfterMs = 365 * 24 * 60 * 60 * 1000;

export interface ClassifyAt {
  readonly durationMs: number;
  /** Epoch ms; what an HTTP date is measured against. */
  readonly now: number;
  /** Whether a forward proxy stands in between. */
  readonly proxied?: boolean;
}

/** What an exchange means for the delivery. A status decides, whatever became of the rest of the answer. */
export function classify(exchange: Exchange, { durationMs, now, proxied = false }: ClassifyAt): Outcome {
  if ('code' in exchange) return { kind: kindOf(exchange.code), code: exchange.code, durationMs };
  const { status } = exchange;
  // Only proxies ask who somebody is in this way. The subscriber knows nothing of the message yet.
  if (status === 407 && proxied) return { kind: 'unreachable', code: 'ERR_PROXY', durationMs };
  if (status >= 200 && status < 300) return { kind: 'delivered', status, durationMs };
  const retryAfterMs = parseRetryAfter(exchange.retryAfter, now);
  return { kind: 'refused', status, durationMs, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Seconds or an HTTP date, as ms from now; undefined for anything else. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : httpDate(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestRetryAfterMs);
}

/**
 * `Date.parse` takes much that is no HTTP date, such as `-1`; all three forms of those begin with the day's name. The form of asctime
 * does not say that it is GMT (RFC 9110, 5.6.7), which makes it local time to `Date.parse`.
 */
function httpDate(value: string): number {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return Number.NaN;
  return Date.parse(/:\d\d \d{4}$/.test(value) ? `${value} GMT` : value);
}

type Failure = Extract<Outcome, { readonly code: string }>['kind'];

const kinds: readonly (readonly [Failure, RegExp])[] = [
  ['timeout', /^(ETIMEDOUT|ERR_CONNECT_TIMEOUT)$/],
  ['unreachable', /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ENOTFOUND|EAI_\w+)$/],
  ['unreachable', /^(ERR_ADDRESS_REFUSED|ERR_PROXY)$/],
  ['reset', /^(ECONNRESET|ECONNABORTED|EPIPE)$/],
  // OpenSSL's own, and Node's names for what it finds wrong with a certificate.
  ['tls', /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|CERT_\w+|CRL_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED\w*|HOSTNAME_MISMATCH)$/],
  ['tls', /^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERROR_IN_C\w+)$/],
];

function kindOf(code: string): Failure {
  return kinds.find(([, pattern]) => pattern.test(code))?.[0] ?? 'failed';
}
