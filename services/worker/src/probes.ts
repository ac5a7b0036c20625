import { randomUUID } from 'node:crypto';
import { type Breaker, type Delivery, outcomeWord } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import type { Logger } from 'pino';
import type { Attempt, Attempted } from './attempt.ts';
import { type Breakers, isGone, waitBeforeProbe } from './breakers.ts';
import type { HoldChanges } from './hold-changes.ts';
import type { Lane } from './lane.ts';
import type { Retry } from './retry.ts';

/** Over the longest that an attempt takes, in ms: time to settle what it came to. */
const leaseOverMs = 5_000;
/** After there was nothing to make a probe with, in ms: a subscriber may want few of the messages that come. */
const fruitlessMs = 1_000;
/** How often the right to a probe that lasts is taken again, in ms. */
const keepEveryMs = 1_000;

export interface ProbesDeps {
  readonly holds: Pick<Holds, 'stateOf' | 'takeProbe' | 'endProbe'>;
  readonly lane: (subscriber: string) => Lane | undefined;
  readonly retry: Pick<Retry, 'probe'>;
  /** Not counted by the breaker: a probe's outcome counts for the probe only. */
  readonly attempt: Attempt;
  readonly changes: HoldChanges;
  readonly nextProbeAt: Breakers['nextProbeAt'];
  readonly metrics: Pick<WorkerMetrics, 'probed'>;
  readonly log: Pick<Logger, 'info'>;
  readonly damped: Pick<DampedLog, 'error'>;
  readonly clock: () => number;
}

/** Sees to it that somebody finds out when a subscriber that the breaker holds is well again: one attempt at a time, of all workers. */
export interface Probes {
  /** The subscriber may be on hold by the breaker, and may have something to make a probe with: of this endpoint something open. */
  look(subscriber: string, open?: string): void;
  forget(subscriber: string): void;
  /** Makes no more; resolves when those under way have ended. */
  close(): Promise<void>;
  /** Leaves those under way to the other workers. */
  giveBack(): Promise<void>;
}

interface Probing {
  timer: NodeJS.Timeout | undefined;
  /** Epoch ms before which it is of no use to ask. */
  notBefore: number;
  /** Endpoints that may have something open. */
  readonly open: Set<string>;
  underWay: { readonly version: number; readonly ended: Promise<void> } | undefined;
  /** Somebody asked for a probe while one was under way. */
  asked: boolean;
  /** Epoch ms at which the right to the one under way was last taken. */
  takenAt: number;
}

export function createProbes(deps: ProbesDeps): Probes {
  const { holds, lane, retry, attempt, changes, nextProbeAt, metrics, log, damped, clock } = deps;
  /** Under which name this process takes the right to probe. */
  const by = randomUUID();
  const probing = new Map<string, Probing>();
  let closed = false;

  function probingOf(name: string): Probing {
    const found = probing.get(name) ?? {
      timer: undefined,
      notBefore: 0,
      open: new Set<string>(),
      underWay: undefined,
      asked: false,
      takenAt: 0,
    };
    probing.set(name, found);
    return found;
  }

  const leaseMs = (name: string) => (lane(name)?.subscriber.timeoutMs ?? 0) + leaseOverMs;

  function look(name: string, open?: string): void {
    const { hold, nextProbeAt: dueAt = 0 } = holds.stateOf(name);
    if (closed || hold?.reason !== 'breaker' || lane(name)?.subscriber.breaker === undefined) return;
    const own = probingOf(name);
    if (open !== undefined) own.open.add(open);
    if (own.underWay !== undefined) {
      keep(name, own, own.underWay.version);
      return;
    }
    clearTimeout(own.timer);
    own.timer = setTimeout(() => begin(name, own), Math.max(0, Math.max(dueAt, own.notBefore) - clock()));
  }

  /** It may take longer than attempts do, as where it waits for its turn. */
  function keep(name: string, own: Probing, version: number): void {
    own.asked = true;
    if (clock() - own.takenAt < keepEveryMs) return;
    own.takenAt = clock();
    holds.takeProbe(name, { version, by, leaseMs: leaseMs(name) }).catch(() => undefined); // then another one probes, too
  }

  function begin(name: string, own: Probing): void {
    const { version, failedProbes } = holds.stateOf(name);
    const breaker = lane(name)?.subscriber.breaker;
    if (closed || own.underWay !== undefined || breaker === undefined) return;
    const ended = probe(name, own, { version, failedProbes, breaker }).catch((error: unknown) => {
      own.asked = true;
      damped.error({ subscriber: name, reason: String(error) }, 'probe.failed');
    });
    own.underWay = { version, ended };
    void ended.finally(() => {
      const { asked } = own;
      own.underWay = undefined;
      own.asked = false;
      if (asked) look(name);
    });
  }

  async function probe(name: string, own: Probing, hold: HoldSeen): Promise<void> {
    const { version } = hold;
    own.takenAt = clock();
    own.notBefore = own.takenAt + fruitlessMs;
    const waitMs = await holds.takeProbe(name, { version, by, leaseMs: leaseMs(name) });
    if (waitMs !== 0) {
      own.notBefore = clock() + (waitMs ?? 0);
      own.asked = waitMs !== undefined;
      return;
    }
    let attempted: Attempted | undefined;
    try {
      attempted = await attemptOne(name, own, hold);
    } finally {
      if (attempted === undefined) await holds.endProbe(name, { version, by });
    }
    if (attempted === undefined) return;
    own.notBefore = 0;
    await conclude(name, hold, attempted);
  }

  /**
   * What waits and what is open in turn, whichever there is: a message that always fails is behind the next probe, and so is a
   * heap of those that are only taken the second time.
   */
  async function attemptOne(name: string, own: Probing, hold: HoldSeen): Promise<Attempted | undefined> {
    const waiting = async () => lane(name)?.forward.probe(ageing(hold));
    const due = () => attemptDue(name, own);
    const [first, second] = hold.failedProbes % 2 === 0 ? [waiting, due] : [due, waiting];
    return (await first()) ?? (await second());
  }

  async function attemptDue(name: string, { open }: Probing): Promise<Attempted | undefined> {
    for (const endpoint of open) {
      open.delete(endpoint);
      const due = await retry.probe(name, endpoint, attempt);
      if (due !== undefined) return due;
    }
    return undefined;
  }

  /**
   * Whoever is the first of its line is probed again and again where there is no other line: it grows older by the wait before
   * each probe, or one that always fails would keep its subscriber on hold for ever.
   */
  function ageing({ breaker, failedProbes }: HoldSeen): Attempt {
    const waitedMs = waitBeforeProbe(breaker, failedProbes);
    return (subscriber, delivery) =>
      attempt(subscriber, subscriber.order === undefined ? delivery : older(delivery, waitedMs));
  }

  async function conclude(name: string, hold: HoldSeen, { outcome, settlement }: Attempted): Promise<void> {
    const { version, breaker, failedProbes } = hold;
    const delivered = outcome.kind === 'delivered';
    const why = outcomeWord(outcome);
    metrics.probed(name, delivered ? 'delivered' : 'failed');
    log.info({ subscriber: name, outcome: why }, 'subscriber.probed');
    if (delivered) return changes.resume(name, { version });
    if (isGone(settlement)) return changes.hold(name, { reason: 'gone', why, version });
    await holds.endProbe(name, { version, by, nextProbeAt: nextProbeAt(breaker, failedProbes + 1) });
  }

  return {
    look,
    forget(name) {
      clearTimeout(probing.get(name)?.timer);
      probing.delete(name);
    },
    async close() {
      closed = true;
      for (const { timer } of probing.values()) clearTimeout(timer);
      await Promise.all([...probing.values()].map(({ underWay }) => underWay?.ended));
    },
    async giveBack() {
      await Promise.all(
        [...probing].map(([name, { underWay }]) => underWay && holds.endProbe(name, { version: underWay.version, by })),
      );
    },
  };
}

function older(delivery: Delivery, byMs: number): Delivery {
  const { firstAt } = delivery.attempts;
  return firstAt === undefined
    ? delivery
    : { ...delivery, attempts: { ...delivery.attempts, firstAt: firstAt - byMs } };
}

/** The hold as it was when the probe was begun. */
interface HoldSeen {
  readonly version: number;
  readonly failedProbes: number;
  readonly breaker: Breaker;
}
