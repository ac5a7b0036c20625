import type { KeptMessage } from './message.ts';
import type { EntryId } from './message-id.ts';
import type { GiveUpReason } from './outcome.ts';

/** One message on its way to one subscriber. */
export interface Delivery {
  readonly message: KeptMessage;
  readonly entry: EntryId;
  readonly subscriber: string;
  readonly attempts: Attempts;
}

/** What is remembered of a delivery's attempts; `none` before the first. */
export interface Attempts {
  readonly count: number;
  /**
   * Epoch ms at which the first attempt began, less the time that the subscriber had been on hold until then: its age does not
   * grow while the subscriber is on hold, but, where that wants its messages in order, by the wait before each probe that it is
   * itself. Undefined before the first attempt.
   */
  readonly firstAt: number | undefined;
  /** Words of the latest outcomes, oldest first. */
  readonly words: readonly string[];
  /** Which replay this is, from 1; absent where no person has asked for it again. */
  readonly replay?: number;
}

export const none: Attempts = { count: 0, firstAt: undefined, words: [] };

/** More attempts than any delivery is made. */
const attemptsPerReplay = 1_000_000;

/**
 * Which attempt is next, unlike that of any other of this delivery's attempts: a replay begins to count them anew, and an alarm
 * of before, that nobody has heard yet, must not be taken for one of its own.
 */
export function generationOf({ count, replay = 0 }: Attempts): number {
  return replay * attemptsPerReplay + count;
}

/** How a delivery is left after an attempt, or instead of one. */
export type Settlement =
  | { readonly state: 'skipped' }
  | { readonly state: 'delivered'; readonly attempts: Attempts; readonly at: number }
  | { readonly state: 'open'; readonly attempts: Attempts; readonly at: number; readonly dueAt: number }
  | { readonly state: 'dead'; readonly attempts: Attempts; readonly at: number; readonly reason: GiveUpReason };

/** Per endpoint and subscriber: read = skipped + delivered + dead + discarded + open + pending, always. */
export interface Ledger {
  readonly endpoint: string;
  readonly subscriber: string;
  /** A message that a person has asked for again was read once more. */
  readonly read: number;
  readonly skipped: number;
  readonly delivered: number;
  readonly dead: number;
  readonly discarded: number;
  readonly open: number;
  readonly pending: number;
  /** Kept but not read yet. */
  readonly waiting: number;
  /** Epoch ms of the oldest message not read yet. */
  readonly oldestWaitingAt: number | undefined;
  /** Epoch ms at which the next attempt of an open delivery is due, of whichever it is due first. */
  readonly firstDueAt: number | undefined;
  /** Dead letters still there. */
  readonly deadLetters: number;
  readonly lastDeliveredAt: number | undefined;
}
