import type { Rate } from '@relay/core';
import type { Cluster, Redis } from 'ioredis';
import { createGate, type Gate } from './gate.ts';
import { createPermits } from './permits.ts';

export interface PaceOptions {
  /** A patient connection: while Redis is away, nobody is let through. */
  readonly redis: Redis | Cluster;
  /** Redis did not say whether an attempt may begin; it is asked again. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * Lets a subscriber's attempts begin no faster than at its rate, by all processes together. Only Redis knows how many have
 * begun: whatever it does not allow waits.
 */
export interface Pace {
  /** From now on, also for those that wait already. Without a rate, everybody may begin. */
  limit(subscriber: string, rate: Rate | undefined): void;
  /** Resolves when an attempt may begin, in the order of calls; rejects with PaceEndedError once this has been closed. */
  take(subscriber: string): Promise<void>;
  close(): void;
}

/** The process is going: what waited to begin never began. */
export class PaceEndedError extends Error {
  readonly code = 'PACE_ENDED';

  constructor() {
    super('the process is going, and begins no more attempts');
  }
}

export function createPace({ redis, onTrouble = () => undefined }: PaceOptions): Pace {
  const paced = new Map<string, { readonly written: string; readonly gate: Gate }>();

  return {
    limit(subscriber, rate) {
      const written = rate === undefined ? '' : `${rate.count}/${rate.perMs}`;
      const known = paced.get(subscriber);
      if (written === (known?.written ?? '')) return;
      const gate = known?.gate ?? createGate(onTrouble);
      gate.change(rate && createPermits(redis, subscriber, rate));
      paced.set(subscriber, { written, gate });
    },
    async take(subscriber) {
      await paced.get(subscriber)?.gate.pass();
    },
    close() {
      for (const { gate } of paced.values()) gate.close(new PaceEndedError());
    },
  };
}
