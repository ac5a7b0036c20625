import type { Ledger } from './delivery.ts';

/** How a subscriber stands: its ledgers of all its endpoints in one. */
export interface Standing
  extends Pick<Ledger, 'subscriber' | 'waiting' | 'pending' | 'open' | 'delivered' | 'deadLetters'> {
  /** Epoch ms; undefined when nothing waits. */
  readonly oldestWaitingAt: number | undefined;
  /** Epoch ms; undefined when nothing is open. */
  readonly firstDueAt: number | undefined;
  /** Epoch ms; undefined before the first delivery. */
  readonly lastDeliveredAt: number | undefined;
}

/** Zeros when there is no ledger. All of them are the subscriber's. */
export function standingOf(subscriber: string, ledgers: readonly Ledger[]): Standing {
  const total = (count: (ledger: Ledger) => number) => ledgers.reduce((sum, ledger) => sum + count(ledger), 0);
  return {
    subscriber,
    waiting: total(({ waiting }) => waiting),
    pending: total(({ pending }) => pending),
    open: total(({ open }) => open),
    delivered: total(({ delivered }) => delivered),
    deadLetters: total(({ deadLetters }) => deadLetters),
    oldestWaitingAt: known(ledgers.map(({ oldestWaitingAt }) => oldestWaitingAt)).at(0),
    firstDueAt: known(ledgers.map(({ firstDueAt }) => firstDueAt)).at(0),
    lastDeliveredAt: known(ledgers.map(({ lastDeliveredAt }) => lastDeliveredAt)).at(-1),
  };
}

/** Earliest first. */
function known(instants: readonly (number | undefined)[]): readonly number[] {
  return instants.filter((instant) => instant !== undefined).sort((a, b) => a - b);
}
