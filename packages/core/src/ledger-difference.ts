import type { Ledger } from './delivery.ts';

/**
 * How many deliveries the books of a cursor miss (above 0: read, and nothing is left of them) or count too often
 * (below 0). Anything but 0 is a fault of the relay, or the doing of a person in Redis.
 */
export function ledgerDifference({ read, skipped, delivered, dead, discarded, open, pending }: Ledger): number {
  return read - (skipped + delivered + dead + discarded + open + pending);
}
