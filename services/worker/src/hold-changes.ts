import type { HoldReason } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { DampedLog } from '@relay/metrics';
import type { Logger } from 'pino';

export interface HoldChangesDeps {
  readonly holds: Pick<Holds, 'hold' | 'resume' | 'stateOf'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly damped: Pick<DampedLog, 'error'>;
}

/** What the relay itself decides about holds: said by the worker that came first, whoever decides the same. None rejects. */
export interface HoldChanges {
  hold(subscriber: string, wanted: Wanted): Promise<void>;
  resume(subscriber: string, seen: { readonly version: number }): Promise<void>;
}

interface Wanted {
  readonly reason: HoldReason;
  readonly why: string;
  /** Epoch ms. */
  readonly nextProbeAt?: number;
  /** Of the hold that it was decided on. */
  readonly version: number;
}

export function createHoldChanges({ holds, log, damped }: HoldChangesDeps): HoldChanges {
  /** While Redis is away a change waits, and the same is not asked for again with every attempt. */
  const underWay = new Set<string>();

  async function once(subscriber: string, what: string, act: () => Promise<void>): Promise<void> {
    const key = `${subscriber}\n${what}`;
    if (underWay.has(key)) return;
    underWay.add(key);
    try {
      await act();
    } catch (error) {
      damped.error({ subscriber, reason: String(error) }, 'hold.failed');
    } finally {
      underWay.delete(key);
    }
  }

  return {
    hold: (subscriber, wanted) =>
      once(subscriber, wanted.reason, async () => {
        const { reason, why } = wanted;
        if (await holds.hold(subscriber, wanted)) log.warn({ subscriber, reason, why }, 'subscriber.held');
      }),
    resume: (subscriber, seen) =>
      once(subscriber, 'resume', async () => {
        const { hold } = holds.stateOf(subscriber);
        const facts = { subscriber, reason: hold?.reason, since: hold && new Date(hold.since).toISOString() };
        if (await holds.resume(subscriber, seen)) log.info(facts, 'subscriber.resumed');
      }),
  };
}
