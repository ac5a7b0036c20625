import type { Configuration } from '@relay/config';
import type { Delivery } from '@relay/core';
import type { HttpDelivery } from '@relay/delivery';
import type { Journal } from '@relay/journal';
import type { WorkerMetrics } from '@relay/metrics';
import type { Alarm, Retries } from '@relay/retries';
import { createRouting, planLogs, type Routing } from '@relay/routing';
import type { Logger } from 'pino';
import { createAttempt } from './attempt.ts';
import { createFlight } from './flight.ts';
import { createInsist } from './insist.ts';
import { createLane, type Lane } from './lane.ts';
import { createRetry } from './retry.ts';
import { createTend, retriesAtOnce } from './tend.ts';

export interface WorkerDeps {
  readonly journal: Journal;
  readonly http: HttpDelivery;
  readonly metrics: WorkerMetrics;
  readonly createRetries: (onAlarm: (subscriber: string, alarm: Alarm) => Promise<void>) => Retries;
  readonly log: Logger;
  readonly mayClaim: () => boolean;
  readonly clock?: () => number;
  readonly random?: () => number;
}

/** Joins the two stations of the worker, one lane per subscriber of the configuration in force. */
export interface WorkerApp {
  /** Puts a configuration into force: cursors first, then the lanes that read them. Rejects, changing nothing, when Redis refuses. */
  apply(configuration: Configuration): Promise<void>;
  /** The endpoint has something new. */
  ring(endpoint: string): void;
  /** Anything may be new. */
  ringAll(): void;
  /** Reads no more, lets what is in flight end for so long (ms), and hands the rest back. */
  stop(withinMs: number): Promise<void>;
  /** Ms after which every attempt that has begun is over. */
  longestTimeoutMs(): number;
}

export function createWorker({
  journal,
  http,
  metrics,
  createRetries,
  log,
  mayClaim,
  clock = Date.now,
  random = Math.random,
}: WorkerDeps): WorkerApp {
  const lanes = new Map<string, Lane>();
  const stopping = new AbortController();
  const flight = createFlight({ clock, onRoom: nudgeAll });
  const insist = createInsist(log, stopping.signal);
  let endpoints: readonly string[] = [];
  let receivers = new Map<string, Lane[]>();
  let routing: Routing = createRouting([]);

  const retries = createRetries((subscriber, alarm) => retry(subscriber, alarm));
  const attempt = createAttempt({ http, journal, retries: { wake }, metrics, insist, log, clock, random });
  const retry = createRetry({ lane: (name) => lanes.get(name), journal, attempt, insist });
  const tend = createTend({
    lanes: () => lanes,
    endpoints: () => endpoints,
    journal,
    retries,
    flight,
    metrics,
    log,
    clock,
    mayClaim,
  });
  const wants = (subscriber: { readonly name: string }, message: Delivery['message']) =>
    routing.wants(subscriber, message);
  tend.start();

  function nudgeAll(): void {
    for (const { slots } of lanes.values()) slots.nudge();
  }

  async function wake(subscriber: string, alarm: Alarm, delayMs: number): Promise<void> {
    const lane = lanes.get(subscriber);
    if (lane !== undefined) retries.listen(subscriber, retriesAtOnce(lane.subscriber.concurrency));
    await retries.wake(subscriber, alarm, delayMs);
  }

  async function apply(configuration: Configuration): Promise<void> {
    await journal.apply(planLogs(configuration));
    const named = new Set(configuration.subscribers.map(({ name }) => name));
    for (const name of [...lanes.keys()].filter((known) => !named.has(known))) await remove(name);
    routing = createRouting(configuration.subscribers);
    endpoints = configuration.endpoints.map(({ name }) => name);
    for (const subscriber of configuration.subscribers) {
      const lane = lanes.get(subscriber.name);
      if (lane !== undefined) lane.change(subscriber);
      else lanes.set(subscriber.name, createLane(subscriber, { wants, journal, attempt, insist, metrics, flight }));
      metrics.expectSubscriber(subscriber.name);
    }
    receivers = new Map(
      endpoints.map((endpoint) => [
        endpoint,
        [...lanes.values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint)),
      ]),
    );
    ringAll();
  }

  async function remove(name: string): Promise<void> {
    lanes.get(name)?.forward.stop();
    lanes.delete(name);
    await retries.ease(name);
    metrics.forgetSubscriber(name);
  }

  function ringAll(): void {
    for (const { subscriber, forward } of lanes.values()) forward.look(subscriber.endpoints);
  }

  async function handBackRest(): Promise<number> {
    const rest = flight.pending();
    for (const { endpoint, subscriber, entry } of rest) await journal.handBack(endpoint, subscriber, [entry]);
    return rest.length;
  }

  async function retireConsumers(): Promise<void> {
    for (const { subscriber } of lanes.values()) {
      await Promise.all(subscriber.endpoints.map((endpoint) => journal.retire(endpoint, subscriber.name, 'mine')));
    }
  }

  return {
    apply,
    ring(endpoint) {
      for (const { forward } of receivers.get(endpoint) ?? []) forward.look([endpoint]);
    },
    ringAll,
    longestTimeoutMs: () => Math.max(0, ...[...lanes.values()].map(({ subscriber }) => subscriber.timeoutMs)),
    async stop(withinMs) {
      for (const { forward } of lanes.values()) forward.stop();
      const deadline = clock() + withinMs;
      await Promise.all([tend.stop(), retries.close(), landed(deadline)]);
      const handedBack = await handBackRest();
      stopping.abort();
      await retireConsumers();
      log.info({ handedBack }, 'worker.stopped');
    },
  };

  async function landed(deadline: number): Promise<void> {
    while (flight.size > 0 && clock() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
