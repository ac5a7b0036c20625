/**
 * Why a subscriber's cursor stands still:
 *
 *   paused   a person wants it so
 *   breaker  attempt after attempt failed; a probe that succeeds resumes it
 *   gone     the subscriber answered 410; a person resumes it
 *   crowded  too many of its deliveries wait for a retry; resumes by itself when they have become fewer
 *
 * The set is closed: it is a metric's label.
 */
export const holdReasons = ['paused', 'breaker', 'gone', 'crowded'] as const;
export type HoldReason = (typeof holdReasons)[number];

export interface Hold {
  readonly reason: HoldReason;
  /** Epoch ms. */
  readonly since: number;
  /** What brought it about, in a few words: the word of an outcome, or a number of deliveries. Nothing of a body or a URL. */
  readonly why: string;
}
