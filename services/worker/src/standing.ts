import { type Delivery, type EntryId, none } from '@relay/core';
import { PaceEndedError } from '@relay/pace';
import { type Attempt, type Attempted, HeldError } from './attempt.ts';
import type { LineLease } from './line-lease.ts';
import { lineNamesOf } from './line-names.ts';
import type { Lines } from './lines.ts';
import type { OrderedDeps } from './ordered.ts';

/** After something went wrong that is no outcome of an attempt, in ms. */
const againAfterMs = 15_000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * A delivery that stands in line:
 *
 *   waits      behind another one; its message is in memory, or left in the log where somebody before it rests
 *   due        its turn is now
 *   attempted  is being attempted
 *   rests      its attempt failed; its line waits with it until the next one is due
 */
export interface Standing {
  readonly entry: EntryId;
  state: 'waits' | 'due' | 'attempted' | 'rests';
  /** While its message is in memory. */
  delivery: Delivery | undefined;
  /** Epoch ms before which it is not attempted; 0 for one that never was. */
  dueAt: number;
  /** By the process's own clock, in ms: since when it has been as it is. */
  since: number;
  timer: NodeJS.Timeout | undefined;
}

export interface StandingDeps {
  readonly endpoint: string;
  readonly lines: Lines<EntryId>;
  readonly lease: Pick<LineLease, 'leads'>;
  readonly deps: OrderedDeps;
  /** There may be something to do. */
  readonly onChange: () => void;
}

/** The deliveries of one cursor that stand in line, and the attempts of those whose turn it is. */
export function createStanding({ endpoint, lines, lease, deps, onChange }: StandingDeps) {
  const { subscriber, holds, wants, decode, journal, attempt, pace, insist, metrics, flight, slots, damped, clock } =
    deps;
  const { name, order } = subscriber();
  const standing = new Map<EntryId, Standing>();
  const due: Standing[] = [];
  const underWay = new Map<EntryId, Promise<unknown>>();
  let inMemory = 0;
  let serving = false;
  let stopped = false;

  const isThere = (one: Standing) => standing.get(one.entry) === one;

  /** `dueAt` of one that was open; a pending one has none, is judged now, and stays in memory while its turn may come soon. */
  function join(delivery: Delivery, dueAt: number | undefined): void {
    const { message } = delivery;
    if (message.unreadable) damped.error({ endpoint, id: message.id }, 'message.unreadable');
    if (dueAt === undefined && !message.unreadable && !wants(subscriber(), message)) skip(delivery);
    else lineUp(delivery, dueAt);
  }

  function lineUp(delivery: Delivery, dueAt: number | undefined): void {
    const { entry, attempts, message } = delivery;
    const one: Standing = {
      entry,
      state: 'waits',
      delivery: undefined,
      dueAt: attempts.count > 0 ? (dueAt ?? 0) : 0,
      since: performance.now(),
      timer: undefined,
    };
    standing.set(entry, one);
    const first = lines.join(entry, lineNamesOf(order, message, decode));
    if (dueAt === undefined) hold(one, delivery);
    if (first) turn(one);
    else if (isStuck(one)) void park(one);
  }

  /** What its subscriber does not want stands before nobody. */
  function skip(delivery: Delivery): void {
    const { entry } = delivery;
    if (!flight.begin(delivery)) return;
    inMemory += 1;
    const settlement = { state: 'skipped' } as const;
    const skipping = insist(() => journal.settle({ endpoint, subscriber: name, entry, settlement })).then(
      (counted) => {
        if (counted) metrics.settled(name, 'skipped');
      },
      (error: unknown) => report(entry, error),
    );
    underWay.set(entry, skipping);
    void skipping.finally(() => {
      if (underWay.get(entry) === skipping) underWay.delete(entry);
      inMemory -= 1;
      flight.end(delivery);
      onChange();
    });
  }

  function hold(one: Standing, delivery: Delivery): void {
    // Whoever carries it already, in this process, has its message, too.
    if (!flight.begin(delivery)) return;
    one.delivery = delivery;
    inMemory += 1;
  }

  function drop(one: Standing): void {
    if (one.delivery === undefined) return;
    flight.end(one.delivery);
    one.delivery = undefined;
    inMemory -= 1;
  }

  /** Somebody before it waits for longer than a message should be kept in memory. */
  function isStuck({ entry }: Standing): boolean {
    return lines.before(entry).some((head) => {
      const before = standing.get(head);
      return before?.state === 'rests' || (before?.state === 'waits' && before.delivery === undefined);
    });
  }

  /** Leaves its message to the log, as an open delivery without an attempt. With one line for all, no more are read than that. */
  async function park(one: Standing): Promise<void> {
    const { delivery } = one;
    if (delivery === undefined || order === 'endpoint') return;
    const at = Math.round(clock());
    // Due at once: should the subscriber want no order any more, its alarm is overdue.
    const settlement = { state: 'open', attempts: none, at, dueAt: at } as const;
    await insist(() => journal.settle({ endpoint, subscriber: name, entry: one.entry, settlement })).catch(
      (error: unknown) => report(one.entry, error),
    );
    if (one.state === 'waits' && one.delivery === delivery) {
      drop(one);
      onChange();
    }
  }

  function turn(one: Standing): void {
    const waitMs = one.dueAt - clock();
    if (waitMs > 0) {
      rest(one, waitMs);
    } else {
      one.state = 'due';
      due.push(one);
      serve();
    }
  }

  function rest(one: Standing, waitMs: number): void {
    drop(one);
    one.state = 'rests';
    one.since = performance.now();
    one.timer = setTimeout(() => turn(one), Math.min(waitMs, longestTimerMs));
    for (const behind of lines.behind(one.entry)) {
      const waiting = standing.get(behind);
      if (waiting?.state === 'waits') void park(waiting);
    }
    onChange();
  }

  function leave(one: Standing): void {
    drop(one);
    standing.delete(one.entry);
    for (const entry of lines.leave(one.entry)) {
      const next = standing.get(entry);
      if (next !== undefined) turn(next);
    }
    onChange();
  }

  const mayBegin = () => !stopped && lease.leads() && holds.mayAttempt(name);

  function serve(): void {
    if (serving || due.length === 0) return;
    serving = true;
    void serveAll().finally(() => {
      serving = false;
    });
  }

  async function serveAll(): Promise<void> {
    while (due.length > 0 && mayBegin()) {
      if (slots.takeFree(1) === 0) await slots.changed();
      else {
        const one = due.shift();
        if (one === undefined || !isThere(one)) slots.release();
        else void carry(one, attempt).finally(() => slots.release());
      }
    }
  }

  /** Answers what was attempted, if anything was. Never rejects. */
  async function carry(one: Standing, act: Attempt): Promise<Attempted | undefined> {
    const earlier = underWay.get(one.entry);
    one.state = 'attempted';
    const carrying = carryOut(one, act, earlier);
    underWay.set(one.entry, carrying);
    try {
      return await carrying;
    } finally {
      if (underWay.get(one.entry) === carrying) underWay.delete(one.entry);
    }
  }

  /** What this process had begun before it led the last time comes to its end first. */
  async function carryOut(one: Standing, act: Attempt, earlier?: Promise<unknown>): Promise<Attempted | undefined> {
    let attempted: Attempted | undefined;
    try {
      await earlier;
      const delivery = await messageOf(one);
      if (delivery === undefined) {
        if (isThere(one)) leave(one);
        return undefined;
      }
      // A probe waits for its own permit, and is made while nothing else may be attempted.
      if (act === attempt) await pace.take(name);
      if (!isThere(one) || !lease.leads() || (act === attempt && !mayBegin())) return putBack(one);
      attempted = await act(subscriber(), delivery);
      if (isThere(one)) follow(one, attempted);
    } catch (error) {
      if (error instanceof HeldError) return putBack(one);
      report(one.entry, error);
      if (isThere(one)) rest(one, againAfterMs);
    } finally {
      if (!isThere(one)) drop(one);
    }
    return attempted;
  }

  function putBack(one: Standing): undefined {
    if (!isThere(one)) return;
    one.state = 'due';
    due.unshift(one);
  }

  /** What somebody else has settled is over, too: it was neither pending nor open any more. */
  function follow(one: Standing, { settlement, counted }: Attempted): void {
    if (counted && settlement.state === 'open') {
      one.dueAt = settlement.dueAt;
      turn(one);
    } else {
      leave(one);
    }
  }

  /** Undefined when somebody else has settled it, or a person wants it replayed. */
  async function messageOf(one: Standing): Promise<Delivery | undefined> {
    if (one.delivery !== undefined) return one.delivery;
    const admitted = await flight.admit(name);
    const found = await insist(() => journal.unsettled(endpoint, name, [one.entry])).finally(() => admitted.end());
    const delivery = found.find(({ attempts }) => attempts.replay === undefined);
    if (delivery === undefined || !isThere(one)) return delivery;
    hold(one, delivery);
    if (one.delivery === undefined) throw new Error('it is being carried already');
    return delivery;
  }

  function report(entry: EntryId, error: unknown): void {
    if (stopped || error instanceof PaceEndedError) return;
    damped.error({ subscriber: name, endpoint, entry, reason: String(error) }, 'delivery.left');
  }

  function clear(): void {
    for (const one of standing.values()) {
      clearTimeout(one.timer);
      if (one.state !== 'attempted') drop(one);
    }
    standing.clear();
    due.length = 0;
    lines.clear();
  }

  return {
    join,
    clear,
    serve,
    hasDue: () => due.length > 0,
    /** Gives up the messages in memory that have waited for so long (ms), if nobody else's turn has come. */
    parkWaiting(patienceMs: number): void {
      if (due.length > 0) return;
      const now = performance.now();
      for (const one of standing.values()) if (one.state === 'waits' && now - one.since >= patienceMs) void park(one);
    },
    /** One whose turn it is, else the one that rests since the longest. */
    takeProbe(): Standing | undefined {
      const fresh = due.find(isThere);
      if (fresh !== undefined) {
        due.splice(due.indexOf(fresh), 1);
        return fresh;
      }
      const resting = [...standing.values()].filter(({ state }) => state === 'rests');
      const oldest = resting.sort((a, b) => a.since - b.since)[0];
      clearTimeout(oldest?.timer);
      return oldest;
    },
    probe: carry,
    get inMemory() {
      return inMemory;
    },
    get underWay() {
      return underWay.size;
    },
    /** Hands back what waits, and waits for what is being attempted. */
    async stop(): Promise<void> {
      stopped = true;
      slots.nudge();
      const waiting = [...standing.values()].filter((one) => one.state !== 'attempted' && one.delivery !== undefined);
      const entries = waiting.map(({ entry }) => entry);
      if (entries.length > 0) await journal.handBack(endpoint, name, entries).catch(() => undefined); // by the lease alone it is taken over
      for (const one of waiting) drop(one);
      await Promise.all(underWay.values());
      clear();
    },
  };
}
