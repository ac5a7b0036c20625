import type { Configuration } from '@relay/config';
import type { Delivery, Subscriber } from '@relay/core';
import type { HttpDelivery } from '@relay/delivery';
import type { Holds, HoldsOptions } from '@relay/holds';
import type { Journal, Presence } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import type { Pace } from '@relay/pace';
import type { Alarm, Retries } from '@relay/retries';
import { createRouting, planLogs, type Routing, type RoutingDeps } from '@relay/routing';
import type { Logger } from 'pino';
import { createAlarms } from './alarms.ts';
import { createAttempts } from './attempts.ts';
import { createBreakers } from './breakers.ts';
import { type CrowdLimits, createCrowd } from './crowd.ts';
import { createFlight } from './flight.ts';
import { createFollowHold } from './follow-hold.ts';
import { createHoldChanges } from './hold-changes.ts';
import { createInForce } from './in-force.ts';
import { createInsist } from './insist.ts';
import { createLane, type Lane } from './lane.ts';
import { createLanes } from './lanes.ts';
import type { Outage } from './outage.ts';
import { createOwnAlarms } from './own-alarms.ts';
import { createProbes } from './probes.ts';
import { createRetry } from './retry.ts';
import { createStop, type Stop } from './stop.ts';
import { createTend, type Rhythm } from './tend.ts';

export interface WorkerDeps {
  readonly journal: Journal;
  readonly presence: Presence;
  readonly http: Pick<HttpDelivery, 'attempt'>;
  readonly decode: RoutingDeps['decode'];
  readonly metrics: WorkerMetrics;
  readonly pace: Pace;
  readonly createRetries: (onAlarm: (subscriber: string, alarm: Alarm) => Promise<void>) => Retries;
  readonly createHolds: (onChange: NonNullable<HoldsOptions['onChange']>) => Holds;
  readonly outage: Outage;
  readonly log: Logger;
  /** The same, for what may happen again and again. */
  readonly damped: DampedLog;
  /** Right after Redis was away, deliveries look abandoned that are not. */
  readonly mayClaim: () => boolean;
  readonly clock?: () => number;
  readonly random?: () => number;
  readonly rhythm?: Partial<Rhythm>;
  readonly crowdLimits?: Partial<CrowdLimits>;
}

/** Joins the two stations of the worker, one lane per subscriber of the configuration in force. */
export interface WorkerApp {
  /** Puts a configuration into force: cursors first, then the lanes that read them. Waits for Redis; false when stopped before. */
  apply(configuration: Configuration): Promise<boolean>;
  /** The endpoint has something new. */
  ring(endpoint: string): void;
  /** Anything may be new. */
  ringAll(): void;
  /** Redis was away and is back: replies may have been lost, and the deliveries in them are carried by nobody. */
  reached(): void;
  /** Reads no more, lets what is in flight end, and hands the rest back. */
  readonly stop: Stop;
  /** Ms after which every attempt that has begun is over. */
  longestTimeoutMs(): number;
}

export function createWorker(deps: WorkerDeps): WorkerApp {
  const { journal, decode, metrics, pace, outage, damped, clock = Date.now, random = Math.random } = deps;
  const stopping = new AbortController();
  const over = new AbortController();
  stopping.signal.addEventListener('abort', () => pace.close());
  const lanes = createLanes(stopping.signal);
  let endpoints: readonly string[] = [];
  let routing: Routing = createRouting([], { decode });

  const ring = (subscriber: string, alarm: Alarm) => retry.ring(subscriber, alarm);
  const retries = deps.createRetries(ring);
  const ownAlarms = createOwnAlarms(ring);
  const holds = deps.createHolds((...change) => followHold.changed(...change));
  const insist = createInsist(outage, over.signal);
  const flight = createFlight({
    clock: () => performance.now(),
    onRoom: (subscriber) => lanes.all.get(subscriber)?.slots.nudge(),
  });
  const inForce = createInForce(deps.presence);
  const parts = { ...deps, clock, random, lane: lanes.heard, retries, ownAlarms, holds, insist, flight };

  const changes = createHoldChanges(parts);
  const breakers = createBreakers({
    ...parts,
    changes,
    onAttempted: (subscriber, delivered) => lanes.all.get(subscriber)?.attempted(delivered),
  });
  const alarms = createAlarms(parts);
  const attempts = createAttempts({ ...parts, alarms, breakers });
  const retry = createRetry({ ...parts, attempt: attempts.usual });
  const probes = createProbes({
    ...parts,
    changes,
    retry,
    attempt: attempts.probe,
    nextProbeAt: breakers.nextProbeAt,
  });
  const followHold = createFollowHold({ ...parts, changes, probes });
  const tend = createTend({
    ...parts,
    lanes: () => lanes.all,
    endpoints: () => endpoints,
    noteInForce: inForce.write,
    crowd: createCrowd({ holds, changes }, deps.crowdLimits),
    probes,
  });
  const stop = createStop({ ...parts, lanes: lanes.all, attempts, retry, probes, tend, stopping, over });

  function laneOf(subscriber: Subscriber): Lane {
    return createLane(subscriber, {
      ...parts,
      wants: (...asked) => routing.wants(...asked),
      attempt: attempts.usual,
      attemptInOrder: attempts.inOrder,
      remind: alarms.remind,
    });
  }

  async function apply(configuration: Configuration): Promise<boolean> {
    const plans = planLogs(configuration);
    const broken = await insist(async () => (stopping.signal.aborted ? [] : journal.apply(plans)));
    if (stopping.signal.aborted) return false;
    for (const { endpoint, reason } of broken) damped.error({ endpoint, reason }, 'log.broken');
    // Before its lane is there, since what is on hold must not be read. Who could not be looked at is left alone until a round does.
    await holds.follow(configuration.subscribers.map(({ name }) => name)).catch(() => undefined);
    if (stopping.signal.aborted) return false;
    putInForce(configuration);
    for (const name of lanes.all.keys()) followHold.attend(name);
    lanes.lookAtAll();
    // Not before: trim gives up cursors that no configuration has named for long.
    tend.start();
    return true;
  }

  function putInForce(configuration: Configuration): void {
    const { subscribers } = configuration;
    endpoints = configuration.endpoints.map(({ name }) => name);
    routing = createRouting(subscribers, { decode, onUnreadable });
    for (const name of lanes.change(configuration, laneOf)) forget(name);
    for (const { name, rate } of subscribers) {
      pace.limit(name, rate);
      metrics.expectSubscriber(name);
    }
    inForce.put(configuration);
  }

  /** The subscriber does not get it, although nobody can say that it does not want it. */
  function onUnreadable(subscriber: string, { endpoint }: Pick<Delivery['message'], 'endpoint'>): void {
    metrics.filterUnreadable(subscriber);
    damped.warn({ subscriber, endpoint }, 'filter.unreadable');
  }

  function forget(name: string): void {
    retries.ease(name);
    probes.forget(name);
    breakers.forget(name);
    metrics.forgetSubscriber(name);
  }

  return {
    apply,
    ring(endpoint) {
      for (const { subscriber, forward } of lanes.receiving(endpoint)) {
        forward.look([endpoint]);
        probes.look(subscriber.name);
      }
    },
    ringAll: lanes.lookAtAll,
    reached() {
      lanes.claimAll();
      lanes.lookAtAll();
      holds.read().catch(() => undefined); // the next round does
    },
    longestTimeoutMs: lanes.longestTimeoutMs,
    stop,
  };
}
