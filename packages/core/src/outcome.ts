/**
 * What an attempt came to. The kind is also the metric's label, so the set is closed:
 *
 *   delivered    the subscriber answered 2xx
 *   refused      it answered something else
 *   timeout      it did not answer in time
 *   unreachable  no connection: connection refused, no route, no such name
 *   reset        the connection broke before an answer
 *   tls          no trusted connection
 *   failed       anything else, such as an answer that is not HTTP
 */
export type Outcome =
  | { readonly kind: 'delivered'; readonly status: number; readonly durationMs: number }
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number; readonly durationMs: number }
  | {
      readonly kind: 'timeout' | 'unreachable' | 'reset' | 'tls' | 'failed';
      readonly code: string;
      readonly durationMs: number;
    };

export const outcomeKinds = [
  'delivered',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'tls',
  'failed',
] as const satisfies readonly Outcome['kind'][];

/** The shortest word for an outcome, for records and logs: the status, or the kind. */
export function outcomeWord(outcome: Outcome): string {
  return 'status' in outcome ? String(outcome.status) : outcome.kind;
}

/** What follows an attempt. */
export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give up'; readonly reason: GiveUpReason };

/**
 *   gone               the subscriber answered 410
 *   refused            it answered with a status that is not tried again
 *   too old            maxAge has passed since the first attempt
 *   too many attempts  maxAttempts were made
 */
export const giveUpReasons = ['gone', 'refused', 'too old', 'too many attempts'] as const;
export type GiveUpReason = (typeof giveUpReasons)[number];
