import type { Configuration } from '@relay/config';
import { type Delivery, generationOf } from '@relay/core';
import type { HttpDelivery } from '@relay/delivery';
import type { Holds, HoldsOptions } from '@relay/holds';
import type { Journal, Presence } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import type { Pace } from '@relay/pace';
import type { Alarm, Retries } from '@relay/retries';
import { createRouting, planLogs, type Routing, type RoutingDeps } from '@relay/routing';
import type { Logger } from 'pino';
import { createAttempt } from './attempt.ts';
import { type CrowdLimits, createCrowd } from './crowd.ts';
import { createFlight } from './flight.ts';
import { createFollowHold } from './follow-hold.ts';
import { createHoldChanges } from './hold-changes.ts';
import { createInForce } from './in-force.ts';
import { createInsist } from './insist.ts';
import { createJudge } from './judge.ts';
import { createLane, type Lane } from './lane.ts';
import type { Outage } from './outage.ts';
import { createOwnAlarms } from './own-alarms.ts';
import { createProbes } from './probes.ts';
import { createRetry } from './retry.ts';
import { retriesAtOnce } from './slots.ts';
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

export function createWorker({
  journal,
  presence,
  http,
  decode,
  metrics,
  pace,
  createRetries,
  createHolds,
  outage,
  log,
  damped,
  mayClaim,
  clock = Date.now,
  random = Math.random,
  rhythm = {},
  crowdLimits = {},
}: WorkerDeps): WorkerApp {
  const lanes = new Map<string, Lane>();
  const stopping = new AbortController();
  const over = new AbortController();
  const flight = createFlight({
    clock: () => performance.now(),
    onRoom: (subscriber) => lanes.get(subscriber)?.slots.nudge(),
  });
  const insist = createInsist(outage, over.signal);
  stopping.signal.addEventListener('abort', () => pace.close());
  let endpoints: readonly string[] = [];
  let receivers = new Map<string, Lane[]>();
  let routing: Routing = createRouting([], { decode });
  let attemptsUnderWay = 0;

  const ring = (subscriber: string, alarm: Alarm) => retry.ring(subscriber, alarm);
  const retries = createRetries(ring);
  const ownAlarms = createOwnAlarms(ring);
  const holds = createHolds((...change) => followHold.changed(...change));
  const changes = createHoldChanges({ holds, log, damped });
  const attemptCounted: HttpDelivery['attempt'] = async (...attempted) => {
    attemptsUnderWay += 1;
    return http.attempt(...attempted).finally(() => {
      attemptsUnderWay -= 1;
    });
  };
  const attempting = {
    http: { attempt: attemptCounted },
    pace,
    holds,
    journal,
    retries: { wake },
    ownAlarms,
    metrics,
    insist,
    log,
    clock,
    random,
  };
  const judge = createJudge({
    holds,
    changes,
    onAttempted: (subscriber, delivered) => lanes.get(subscriber)?.attempted(delivered),
    clock,
    random,
  });
  const attempt = judge.judging(createAttempt({ ...attempting, mayBegin: holds.mayAttempt }));
  // Whoever failed stays in its line without an alarm, and has its permit before it is known whether its turn is still now.
  const attemptInOrder = judge.judging(
    createAttempt({
      ...attempting,
      pace: { take: async () => undefined },
      retries: { wake: async () => undefined },
      ownAlarms: { set: () => undefined },
      mayBegin: holds.mayAttempt,
    }),
  );
  const retry = createRetry({ lane: heardLane, journal, holds, attempt, insist, flight, damped, clock });
  const probes = createProbes({
    holds,
    lane: heardLane,
    retry,
    attempt: createAttempt({ ...attempting, mayBegin: mayProbe }),
    changes,
    nextProbeAt: judge.nextProbeAt,
    metrics,
    log,
    damped,
    clock,
  });
  const inForce = createInForce(presence);
  const followHold = createFollowHold({ lane: heardLane, holds, changes, probes, retries, metrics, log });
  const tend = createTend({
    lanes: () => lanes,
    noteInForce: inForce.write,
    presence,
    endpoints: () => endpoints,
    journal,
    retries,
    holds,
    crowd: createCrowd({ holds, changes }, crowdLimits),
    probes,
    flight,
    metrics,
    log,
    damped,
    clock,
    rhythm,
  });
  const wants = (subscriber: { readonly name: string }, message: Delivery['message']) =>
    routing.wants(subscriber, message);
  const laneDeps = {
    wants,
    decode,
    journal,
    attempt,
    attemptInOrder,
    remind,
    pace,
    insist,
    metrics,
    flight,
    holds,
    mayClaim,
    damped,
    clock,
  };

  const stop = createStop({
    lanes,
    journal,
    flight,
    retry,
    attemptsUnderWay: () => attemptsUnderWay,
    tend,
    retries,
    ownAlarms,
    probes,
    outage,
    stopping,
    over,
    log,
  });

  /** The subscriber does not get it, although nobody can say that it does not want it. */
  function onUnreadable(subscriber: string, { endpoint }: Pick<Delivery['message'], 'endpoint'>): void {
    metrics.filterUnreadable(subscriber);
    damped.warn({ subscriber, endpoint }, 'filter.unreadable');
  }

  /** Whose alarms are heard: nobody's while stopping, since one that has waited for its place would only begin then. */
  function heardLane(name: string): Lane | undefined {
    return stopping.signal.aborted ? undefined : lanes.get(name);
  }

  async function wake(subscriber: string, alarm: Alarm, delayMs: number): Promise<void> {
    const lane = heardLane(subscriber);
    if (lane !== undefined && holds.mayAttempt(subscriber)) retries.listen(subscriber, retriesAtOnce(lane.places));
    await retries.wake(subscriber, alarm, delayMs);
  }

  function remind({ message: { endpoint }, subscriber, entry, attempts }: Delivery): void {
    const alarm = { endpoint, entry, generation: generationOf(attempts) };
    retries.remind(subscriber, alarm).catch(outage.trouble);
  }

  /** A probe that has waited for its turn is not made when a person has paused the subscriber meanwhile. */
  function mayProbe(subscriber: string): boolean {
    return holds.stateOf(subscriber).hold?.reason !== 'paused';
  }

  async function apply(configuration: Configuration): Promise<boolean> {
    const plans = planLogs(configuration);
    const broken = await insist(async () => (stopping.signal.aborted ? [] : journal.apply(plans)));
    if (stopping.signal.aborted) return false;
    for (const { endpoint, reason } of broken) damped.error({ endpoint, reason }, 'log.broken');
    // Before its lane is there, since what is on hold must not be read. Who could not be looked at is left alone until a round does.
    await holds.follow(configuration.subscribers.map(({ name }) => name)).catch(() => undefined);
    if (stopping.signal.aborted) return false;
    changeLanes(configuration);
    inForce.put(configuration);
    for (const name of lanes.keys()) followHold.attend(name);
    ringAll();
    // Not before: trim gives up cursors that no configuration has named for long.
    tend.start();
    return true;
  }

  function changeLanes({ endpoints: named, subscribers }: Configuration): void {
    endpoints = named.map(({ name }) => name);
    routing = createRouting(subscribers, { decode, onUnreadable });
    const names = new Set(subscribers.map(({ name }) => name));
    for (const name of lanes.keys()) if (!names.has(name)) remove(name);
    for (const subscriber of subscribers) {
      const lane = lanes.get(subscriber.name);
      if (lane !== undefined) lane.change(subscriber);
      else lanes.set(subscriber.name, createLane(subscriber, laneDeps));
      pace.limit(subscriber.name, subscriber.rate);
      metrics.expectSubscriber(subscriber.name);
    }
    receivers = new Map(
      endpoints.map((endpoint) => [
        endpoint,
        [...lanes.values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint)),
      ]),
    );
  }

  function remove(name: string): void {
    void lanes.get(name)?.forward.stop();
    lanes.delete(name);
    retries.ease(name);
    probes.forget(name);
    judge.forget(name);
    metrics.forgetSubscriber(name);
  }

  function ringAll(): void {
    for (const { subscriber, forward } of lanes.values()) forward.look(subscriber.endpoints);
  }

  return {
    apply,
    ring(endpoint) {
      for (const { subscriber, forward } of receivers.get(endpoint) ?? []) {
        forward.look([endpoint]);
        probes.look(subscriber.name);
      }
    },
    ringAll,
    reached() {
      for (const { subscriber, forward } of lanes.values()) forward.claim(subscriber.endpoints);
      ringAll();
      holds.read().catch(() => undefined); // the next round does
    },
    longestTimeoutMs: () => Math.max(0, ...[...lanes.values()].map(({ subscriber }) => subscriber.timeoutMs)),
    stop,
  };
}
