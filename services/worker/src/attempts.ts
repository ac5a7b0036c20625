import type { Delivery, Subscriber } from '@relay/core';
import type { HttpDelivery } from '@relay/delivery';
import type { Holds } from '@relay/holds';
import { type Pace, PaceEndedError } from '@relay/pace';
import type { Alarms } from './alarms.ts';
import { type Attempt, type AttemptDeps, createAttempt } from './attempt.ts';
import type { Breakers } from './breakers.ts';

export interface AttemptsDeps extends Omit<AttemptDeps, 'mayBegin' | 'usesUp' | 'holds' | 'alarms'> {
  readonly holds: Pick<Holds, 'runningNow' | 'mayAttempt' | 'stateOf'>;
  readonly alarms: Pick<Alarms, 'set' | 'setOwn'>;
  readonly pace: Pick<Pace, 'take'>;
  readonly breakers: Pick<Breakers, 'counting'>;
}

/** The three ways in which a delivery is attempted. */
export interface Attempts {
  /** First attempts and retries. */
  readonly usual: Attempt;
  /** Whoever failed stays in its line without an alarm, and has its permit before it is known whether its turn is still now. */
  readonly inOrder: Attempt;
  /**
   * On hold. Its outcome counts for the probe only, and a failure uses up nothing and sets no alarm: that of before stands, and what
   * has none is found overdue. In order it does count, or a message that always fails would never leave the head of its line.
   */
  readonly probe: Attempt;
  /** How many requests are out. */
  readonly underWay: number;
}

export function createAttempts({ http, pace, holds, alarms, breakers, ...deps }: AttemptsDeps): Attempts {
  let underWay = 0;

  const attempt: HttpDelivery['attempt'] = async (...attempted) => {
    underWay += 1;
    return http.attempt(...attempted).finally(() => {
      underWay -= 1;
    });
  };

  /** Waits for its permit; the process may be going before there is one. */
  function paced(how: Attempt): Attempt {
    return async (subscriber, delivery) => {
      try {
        await pace.take(subscriber.name);
      } catch (error) {
        if (error instanceof PaceEndedError) return 'not begun';
        throw error;
      }
      return how(subscriber, delivery);
    };
  }

  /** A probe that has waited for its turn is not made when a person has paused the subscriber meanwhile. */
  const mayProbe = (subscriber: string) => holds.stateOf(subscriber).hold?.reason !== 'paused';

  const common = { ...deps, http: { attempt }, holds, alarms, mayBegin: holds.mayAttempt, usesUp: () => true };
  return {
    usual: breakers.counting(paced(createAttempt(common))),
    inOrder: breakers.counting(createAttempt({ ...common, alarms: undefined })),
    probe: paced(createAttempt({ ...common, mayBegin: mayProbe, usesUp: standsInLine, alarms: undefined })),
    get underWay() {
      return underWay;
    },
  };
}

/** Replays stand in none. */
function standsInLine({ order }: Subscriber, { attempts }: Delivery): boolean {
  return order !== undefined && attempts.replay === undefined;
}
