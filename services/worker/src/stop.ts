import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { Retries } from '@relay/retries';
import type { Logger } from 'pino';
import type { Attempts } from './attempts.ts';
import { byCursor, type Flight } from './flight.ts';
import type { Lane } from './lane.ts';
import type { Outage } from './outage.ts';
import type { OwnAlarms } from './own-alarms.ts';
import type { Probes } from './probes.ts';
import type { Retry } from './retry.ts';
import type { Tend } from './tend.ts';

const pollMs = 20;
/** What Redis does not take back in so long, in ms, others claim once nobody has refreshed it. */
const handBackWithinMs = 2_000;
/** For what is mere tidying: others do it sooner or later. */
const retireWithinMs = 1_000;

export interface StopDeps {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly journal: Pick<Journal, 'handBack' | 'retire'>;
  readonly flight: Pick<Flight, 'pending' | 'size'>;
  readonly retry: Pick<Retry, 'size'>;
  /** What else is in flight has yet to be settled. */
  readonly attempts: Pick<Attempts, 'underWay'>;
  readonly tend: Pick<Tend, 'stop' | 'stopRefreshing'>;
  readonly retries: Pick<Retries, 'close'>;
  readonly ownAlarms: Pick<OwnAlarms, 'close'>;
  readonly probes: Pick<Probes, 'close' | 'giveBack'>;
  readonly holds: Pick<Holds, 'close'>;
  readonly outage: Pick<Outage, 'going'>;
  /** Aborted when stopping begins, and when nobody insists on anything any more. */
  readonly stopping: AbortController;
  readonly over: AbortController;
  readonly log: Pick<Logger, 'info'>;
}

/** How long a worker that stops waits, in ms. */
export interface Patience {
  /** For everything that is in flight. */
  readonly withinMs: number;
  /** For Redis, when it is away and only has to be told what attempts came to. */
  readonly settleWithinMs: number;
}

/** Answers whether what did not end in time could be handed back. A retry cannot be: it rings again when its alarm's lock is over. */
export type Stop = (patience: Patience) => Promise<boolean>;

/**
 * Ends the worker so that nobody repeats what it can still bring to its end: what is in flight is refreshed until it has
 * landed, and only then, or when time is up, handed back.
 */
export function createStop(deps: StopDeps): Stop {
  const { lanes, journal, flight, retry, attempts, tend, retries, ownAlarms, probes, holds, outage, log } = deps;
  const { stopping, over } = deps;

  /** A read may be under way while nothing is in flight: what it brings is pending already. */
  async function landed(signal: AbortSignal): Promise<void> {
    await Promise.all([...lanes.values()].map(({ forward }) => forward.stop()));
    while (flight.size > 0 && !signal.aborted) await pause(signal);
  }

  /** Redis is away and no attempt is under way: it is waited for only where it has to be told something, and not for long. */
  async function adrift(settleWithinMs: number, signal: AbortSignal): Promise<void> {
    let since: number | undefined;
    while (!signal.aborted) {
      const waits = outage.going() && attempts.underWay === 0;
      since = waits ? (since ?? performance.now()) : undefined;
      const patienceMs = flight.size + retry.size === 0 ? 0 : settleWithinMs;
      if (since !== undefined && performance.now() - since >= patienceMs) return;
      await pause(signal);
    }
  }

  /** A refresh that came later would take it from everybody again. */
  async function handBackRest(): Promise<void> {
    await tend.stopRefreshing();
    const rest = byCursor(flight.pending());
    await Promise.all(rest.map(({ endpoint, subscriber, entries }) => journal.handBack(endpoint, subscriber, entries)));
  }

  async function retireConsumers(): Promise<void> {
    const cursors = [...lanes.values()].flatMap(({ subscriber: { name, endpoints } }) =>
      endpoints.map((endpoint) => ({ name, endpoint })),
    );
    await Promise.all(cursors.map(({ name, endpoint }) => journal.retire(endpoint, name, 'mine')));
  }

  async function tidy(): Promise<void> {
    await Promise.all([retireConsumers(), probes.giveBack()]);
  }

  return async ({ withinMs, settleWithinMs }) => {
    stopping.abort();
    holds.close();
    const ended = new AbortController();
    const late = AbortSignal.any([AbortSignal.timeout(withinMs), ended.signal]);
    const quiet = Promise.all([tend.stop(), retries.close(), ownAlarms.close(), probes.close(), landed(late)]);
    await Promise.race([quiet, adrift(settleWithinMs, late), once(late, 'abort')]);
    ended.abort();
    const cutOff = { pending: flight.size, open: retry.size };
    const done = (await isDone(handBackRest(), handBackWithinMs)) || cutOff.pending === 0;
    over.abort();
    if (!outage.going()) await isDone(tidy(), retireWithinMs);
    log.info(
      { handedBack: done ? cutOff.pending : 0, leftPending: done ? 0 : cutOff.pending, leftOpen: cutOff.open },
      'worker.stopped',
    );
    return done && cutOff.open === 0;
  };
}

async function isDone(act: Promise<void>, withinMs: number): Promise<boolean> {
  const ended = act.then(
    () => true,
    () => false,
  );
  return Promise.race([ended, sleep(withinMs, false, { ref: false })]);
}

function pause(signal: AbortSignal): Promise<void> {
  return sleep(pollMs, undefined, { signal }).catch(() => undefined);
}
