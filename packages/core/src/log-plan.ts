import type { From } from './subscriber.ts';

/** What an endpoint's log has to have before a message may be kept in it: a dedup window, and the cursors that read it. */
export interface LogPlan {
  readonly endpoint: string;
  readonly dedupMs: number;
  readonly cursors: readonly CursorPlan[];
}

export interface CursorPlan {
  readonly subscriber: string;
  /** Where to begin in case the cursor is new. */
  readonly from: From;
  /** Whether it goes on where it stood after no configuration has named it for a while. */
  readonly resume?: boolean;
}
