import type { HoldState, Holds } from '@relay/holds';
import type { WorkerMetrics } from '@relay/metrics';
import type { Retries } from '@relay/retries';
import type { Logger } from 'pino';
import type { HoldChanges } from './hold-changes.ts';
import type { Lane } from './lane.ts';
import type { Probes } from './probes.ts';
import { retriesAtOnce } from './slots.ts';

export interface FollowHoldDeps {
  readonly lane: (subscriber: string) => Lane | undefined;
  readonly holds: Pick<Holds, 'stateOf' | 'mayAttempt'>;
  readonly changes: Pick<HoldChanges, 'resume'>;
  readonly probes: Pick<Probes, 'look'>;
  readonly retries: Pick<Retries, 'listen' | 'ease'>;
  readonly metrics: Pick<WorkerMetrics, 'hold'>;
  readonly log: Pick<Logger, 'info' | 'debug'>;
}

/** Does in this process what the hold of a subscriber asks for, whoever has changed it. */
export interface FollowHold {
  changed(subscriber: string, now: HoldState, before: HoldState | undefined): void;
  /** The subscriber is on hold, or may be; its lane or its configuration is new. */
  attend(subscriber: string): void;
}

export function createFollowHold({
  lane: laneOf,
  holds,
  changes,
  probes,
  retries,
  metrics,
  log,
}: FollowHoldDeps): FollowHold {
  function changed(subscriber: string, now: HoldState, before: HoldState | undefined): void {
    metrics.hold(subscriber, now.hold);
    if (before !== undefined && now.version !== before.version) say(subscriber, now, before);
    const lane = laneOf(subscriber);
    if (lane === undefined) return;
    if (holds.mayAttempt(subscriber)) goOn(lane, before);
    else {
      retries.ease(subscriber);
      attend(subscriber);
    }
  }

  function goOn(lane: Lane, before: HoldState | undefined): void {
    const { name, endpoints } = lane.subscriber;
    if (before?.hold !== undefined && before.hold.reason !== 'crowded') {
      lane.rampUp();
      retries.listen(name, retriesAtOnce(lane.places));
    }
    lane.forward.look(endpoints);
  }

  /** What a person has done nobody else says: the relay's own changes are said by the worker that made them. */
  function say(subscriber: string, { hold }: HoldState, before: HoldState): void {
    const reason = (hold ?? before.hold)?.reason;
    const isPersons = reason === 'paused' || (hold === undefined && reason === 'gone');
    const facts = { subscriber, reason, ...(hold && { why: hold.why }) };
    log[isPersons ? 'info' : 'debug'](facts, hold === undefined ? 'subscriber.resumed' : 'subscriber.held');
  }

  /** What waits for a place need not any more, and somebody has to find out when the subscriber is well again. */
  function attend(subscriber: string): void {
    const lane = laneOf(subscriber);
    const { hold, version } = holds.stateOf(subscriber);
    lane?.slots.nudge();
    if (lane === undefined || hold?.reason !== 'breaker') return;
    if (lane.subscriber.breaker === undefined) void changes.resume(subscriber, { version });
    else probes.look(subscriber);
  }

  return { changed, attend };
}
