import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, Attempted } from './attempt.ts';
import { createLineLease } from './line-lease.ts';
import type { Stander } from './line-up.ts';
import type { OrderedDeps } from './ordered.ts';
import { createTakeOver } from './take-over.ts';
import { createTurns } from './turns.ts';

/** Deliveries of one cursor that stand in line in this process, at most: past it nothing more is read. */
const mostStanding = 10_000;
/** Messages read ahead for each place, so that some line always has one whose turn it is. */
const aheadPerPlace = 8;
/** A message that stands behind one that takes longer than this, in ms, gives up its place in memory, if others want it. */
const patienceMs = 1_000;
/** How soon it is seen that others want it, or that there is room again, in ms. */
const lookAgainMs = 250;
/** How often somebody who doubts is told everything again at most, in ms. */
const doubtEveryMs = 30_000;
/** Unread messages looked at for one that can be a probe. */
const mostLooksForProbe = 16;

/** One endpoint of a subscriber that wants its messages in order. */
export interface LineCursor {
  /** Something may be unread. */
  look(): void;
  /** Something may be pending or open that nobody carries. */
  claim(): void;
  /** Attempts the first of some line, whatever else may not be attempted; undefined where another process leads, or there is none. */
  probe(attempt: Attempt): Promise<Attempted | undefined>;
  /** Begins nothing more; resolves when what is being attempted has been settled, and another process may lead. */
  stop(): Promise<void>;
}

/**
 * Reads one endpoint while this process leads its cursor, and attempts whatever is the first in all of its lines. One that failed
 * stays where it is until it is due again; whoever stands behind it waits in the log as an open delivery. Must not throw.
 *
 *   idle ──────── something may be there ────────▶ asks for the lease ◀─────── it may be free ─────────┐
 *    ▲                                              │              │                                   │
 *    │                                         it is ours    another one's ────────────────────────▶ follows
 *    │                                              ▼                                                  ▲
 *    │                  ┌──────────────────▶ takes over what is unsettled: it lines up first           │
 *    │                  │                           │                                                  │
 *    │    doubts: an answer was lost,           all lined up                                           │
 *    │    somebody lined up too late,               │                                                  │
 *    │    or it was told long ago                   ▼                                                  │
 *    │                  └─────────────────── reads what is unread, as far as there is room ────────────┘
 *    │                                              │                                     another one's now
 *    └── nobody is in line, and nothing is unread ──┘
 *
 * While it takes over or reads, it renews the lease, and turns.ts makes the attempts.
 */
export function createLineCursor(endpoint: string, deps: OrderedDeps): LineCursor {
  const { subscriber, holds, journal, insist, flight, damped } = deps;
  const { name } = subscriber();
  const lease = createLineLease({ endpoint, subscriber: name, journal, insist });
  const turns = createTurns(deps, { endpoint, lease, onChange: wake });
  const { lineUp } = turns;
  const takeOver = createTakeOver(endpoint, lineUp, deps);
  let unread = false;
  let asked = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let running: Promise<void> | undefined;
  let following: NodeJS.Timeout | undefined;
  let exclusive: Promise<unknown> = Promise.resolve();
  let woken = new AbortController();

  function wake(): void {
    woken.abort();
    woken = new AbortController();
  }

  function start(): void {
    wake();
    if (running !== undefined || stopped) return;
    if (!lease.leads() && lease.dueInMs() > 0) follow();
    else
      running = run().finally(() => {
        running = undefined;
      });
  }

  /** Another process leads: it is asked for the lease now and then, as long as there is something to be done. */
  function follow(): void {
    following ??= setTimeout(() => {
      following = undefined;
      start();
    }, lease.dueInMs());
  }

  async function run(): Promise<void> {
    try {
      await untilNobodyElseCarries();
      while (!stopped && (unread || asked || !takeOver.done || lineUp.size > 0)) {
        const wait = woken.signal;
        if (!(await alone(step))) await sleep(pauseMs(), undefined, { signal: wait }).catch(() => undefined);
        turns.serve();
      }
    } catch (error) {
      // Of a broken log everything is asked for again in some later round.
      if (!stopped) damped.error({ subscriber: name, endpoint, reason: String(error) }, 'order.failed');
      giveUp();
      lease.doubt();
      unread = false;
      asked = false;
    }
  }

  /** It was not in order until now: what is being attempted comes to its end first. */
  async function untilNobodyElseCarries(): Promise<void> {
    while (!stopped && lineUp.size === 0 && turns.size === 0 && flight.carried(endpoint, name).size > 0)
      await sleep(lookAgainMs / 10);
  }

  /** What asks for the lease takes turns. */
  async function alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = exclusive.then(act);
    exclusive = turn.catch(() => undefined);
    return turn;
  }

  const mayRead = () => holds.mayRead(name);

  function pauseMs(): number {
    const full = unread && mayRead() && takeOver.done;
    return full || turns.hasDue() ? Math.min(lookAgainMs, lease.dueInMs()) : lease.dueInMs();
  }

  /** Answers whether there may be more to do at once. */
  async function step(): Promise<boolean> {
    if (stopped) return false;
    const renews = lease.dueInMs() === 0;
    if (!takeOver.done && !renews) return goOnTakingOver();
    const count = unread && takeOver.done && mayRead() ? room() : 0;
    if (count === 0 && !renews && !asked) return false;
    return read(count);
  }

  function room(): number {
    const { concurrency, order } = subscriber();
    const ahead = concurrency * aheadPerPlace;
    const read = order === 'endpoint' ? lineUp.size : lineUp.inMemory;
    if (read > ahead / 2) {
      if (!turns.hasDue()) lineUp.parkWaiting(patienceMs);
      return 0;
    }
    return Math.max(0, Math.min(ahead - read, mostStanding - lineUp.size, flight.room(name)));
  }

  async function read(count: number): Promise<boolean> {
    const wanted = count > 0 || asked;
    if (count > 0) unread = false;
    asked = false;
    const arrived = flight.expect(name, count);
    const led = await lease.ask(stopped ? 0 : count).finally(arrived);
    if (!led.leads) {
      giveUp();
      unread = false;
      return false;
    }
    if (led.unsettled === undefined) for (const delivery of led.deliveries) lineUp.join(delivery, undefined);
    else {
      toldAt = performance.now();
      takeOver.begin(led.unsettled);
    }
    if (count > 0 && (led.unsettled !== undefined || led.deliveries.length === count)) unread = true;
    return wanted;
  }

  async function goOnTakingOver(): Promise<true> {
    if (!(await takeOver.goOn())) {
      giveUp();
      lease.doubt();
    }
    return true;
  }

  function giveUp(): void {
    takeOver.clear();
    turns.clear();
  }

  /** Leads, and knows everything that comes before what is unread. */
  async function readyToProbe(): Promise<boolean> {
    if (!lease.leads()) await read(0);
    while (!takeOver.done && !stopped) await goOnTakingOver();
    return lease.leads() && !stopped;
  }

  /** Where there is one line for all, whatever is unread stands behind those that are known. */
  const hasOtherLines = () => lineUp.size === 0 || subscriber().order !== 'endpoint';

  async function findProbe(): Promise<Stander | undefined> {
    if (!(await readyToProbe())) return undefined;
    for (let looks = 0; looks < mostLooksForProbe && !turns.hasFresh() && hasOtherLines() && room() > 0; looks++) {
      const before = lineUp.size;
      await read(1);
      if (!lease.leads() || lineUp.size === before) break;
    }
    return turns.takeProbe();
  }

  return {
    look() {
      unread = true;
      start();
    },
    claim() {
      if (lease.leads() && performance.now() - toldAt > doubtEveryMs) lease.doubt();
      asked ||= !lease.leads();
      start();
    },
    async probe(attempt) {
      if (stopped) return undefined;
      const found = await alone(findProbe);
      start(); // the lease is renewed as long as somebody stands in line
      return found && turns.probe(found, attempt);
    },
    async stop() {
      stopped = true;
      clearTimeout(following);
      wake();
      await running;
      await exclusive;
      await turns.stop();
      await lease.end().catch(() => undefined); // it ends by itself
    },
  };
}
