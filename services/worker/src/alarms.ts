import { type Delivery, generationOf } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Alarm, Retries } from '@relay/retries';
import type { Lanes } from './lanes.ts';
import type { Outage } from './outage.ts';
import type { OwnAlarms } from './own-alarms.ts';
import { retriesAtOnce } from './slots.ts';

export interface AlarmsDeps {
  readonly lane: Lanes['heard'];
  readonly holds: Pick<Holds, 'mayAttempt'>;
  readonly retries: Pick<Retries, 'wake' | 'remind' | 'listen'>;
  readonly ownAlarms: Pick<OwnAlarms, 'set'>;
  readonly outage: Pick<Outage, 'trouble'>;
}

/** Sets the alarms of what has failed, and hears those of its subscriber from then on. */
export interface Alarms {
  /** False when Redis refuses it, whatever for. */
  set(subscriber: string, alarm: Alarm, delayMs: number): Promise<boolean>;
  /** Instead of one that was refused, once the delivery is open: this process rings it itself, or tend sets it once it is overdue. */
  setOwn(subscriber: string, alarm: Alarm, delayMs: number): void;
  /** The delivery is open and has to have an alarm; nobody waits for it. */
  remind(delivery: Delivery): void;
}

export function createAlarms({ lane: laneOf, holds, retries, ownAlarms, outage }: AlarmsDeps): Alarms {
  return {
    async set(subscriber, alarm, delayMs) {
      const lane = laneOf(subscriber);
      if (lane !== undefined && holds.mayAttempt(subscriber)) retries.listen(subscriber, retriesAtOnce(lane.places));
      return retries.wake(subscriber, alarm, delayMs).then(
        () => true,
        () => false,
      );
    },
    setOwn: ownAlarms.set,
    remind({ message: { endpoint }, subscriber, entry, attempts }) {
      const alarm = { endpoint, entry, generation: generationOf(attempts) };
      retries.remind(subscriber, alarm).catch(outage.trouble);
    },
  };
}
