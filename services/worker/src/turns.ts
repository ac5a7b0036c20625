import type { Delivery, EntryId } from '@relay/core';
import { PaceEndedError } from '@relay/pace';
import type { Attempt, Attempted } from './attempt.ts';
import type { LineLease } from './line-lease.ts';
import { createLineUp, type LineUp, type Stander } from './line-up.ts';
import type { OrderedDeps } from './ordered.ts';

/** After something went wrong that is no outcome of an attempt, in ms. */
const againAfterMs = 15_000;
/** A message that was read longer ago than this, in ms, is looked for again before its attempt. */
const freshMs = 1_000;
const longestTimerMs = 2 ** 31 - 1;

export interface TurnsOptions {
  readonly endpoint: string;
  readonly lease: Pick<LineLease, 'leads'>;
  /** There may be something to do. */
  readonly onChange: () => void;
}

/** Attempts whoever's turn it is, and after a failure the same again. */
export interface Turns {
  readonly lineUp: Pick<LineUp, 'join' | 'leaveBut' | 'has' | 'parkWaiting' | 'size' | 'newest' | 'inMemory'>;
  /** Goes on with those whose turn it is, where it may. */
  serve(): void;
  /** Whether it is anybody's turn who is not being attempted. */
  hasDue(): boolean;
  /** Whether it is anybody's turn who was never attempted. */
  hasFresh(): boolean;
  /** Takes one that was never attempted, else the one that has waited since the longest: another line each time. */
  takeProbe(): Stander | undefined;
  probe(one: Stander, how: Attempt): Promise<Attempted | undefined>;
  /** Everybody leaves; what is being attempted comes to its end. */
  clear(): void;
  /** Hands back what waits; resolves when what is being attempted has been settled. */
  stop(): Promise<void>;
  /** How many are being attempted. */
  readonly size: number;
}

export function createTurns(deps: OrderedDeps, { endpoint, lease, onChange }: TurnsOptions): Turns {
  const { subscriber, holds, journal, attempt, pace, insist, flight, slots, damped, clock } = deps;
  const { name } = subscriber();
  const lineUp = createLineUp(endpoint, deps, { onFirst: turn, onLess: onChange, onTrouble: report });
  const due: Stander[] = [];
  const underWay = new Map<EntryId, Promise<unknown>>();
  /** For whose message there was no waiting for room. */
  let letIn: Stander | undefined;
  let serving = false;
  let stopped = false;

  function turn(one: Stander): void {
    const waitMs = one.dueAt - clock();
    if (waitMs > 0) {
      rest(one, waitMs);
    } else {
      one.state = 'due';
      due.push(one);
      serve();
    }
  }

  function rest(one: Stander, waitMs: number): void {
    lineUp.rest(one);
    one.timer = setTimeout(() => turn(one), Math.min(waitMs, longestTimerMs));
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
        if (one === undefined || !lineUp.isThere(one)) slots.release();
        else void carry(one, attempt).finally(() => slots.release());
      }
    }
  }

  /** Answers what was attempted, if anything was. Never rejects. */
  async function carry(one: Stander, how: Attempt): Promise<Attempted | undefined> {
    const earlier = underWay.get(one.entry);
    one.state = 'attempted';
    const carrying = carryOut(one, how, earlier);
    underWay.set(one.entry, carrying);
    try {
      return await carrying;
    } finally {
      if (underWay.get(one.entry) === carrying) underWay.delete(one.entry);
    }
  }

  /** What this process had begun before it led the last time comes to its end first. */
  async function carryOut(one: Stander, how: Attempt, earlier?: Promise<unknown>): Promise<Attempted | undefined> {
    try {
      await earlier;
      // A probe waits for its own permit, and is made while nothing else may be attempted.
      if (how === attempt) await pace.take(name);
      const delivery = await messageOf(one);
      if (delivery === undefined) return passOver(one);
      if (!lineUp.isThere(one) || !lease.leads() || (how === attempt && !mayBegin())) return putBack(one);
      const attempted = await how(subscriber(), delivery);
      if (attempted === 'not begun') return putBack(one);
      if (lineUp.isThere(one)) follow(one, attempted);
      return attempted;
    } catch (error) {
      report(one.entry, error);
      if (lineUp.isThere(one)) rest(one, againAfterMs);
      return undefined;
    } finally {
      if (!lineUp.isThere(one)) lineUp.drop(one);
      if (letIn === one) letIn = undefined;
    }
  }

  /** Somebody else has settled it, or a person wants it replayed. */
  function passOver(one: Stander): undefined {
    if (lineUp.isThere(one)) lineUp.leave(one);
  }

  function putBack(one: Stander): undefined {
    if (!lineUp.isThere(one)) return;
    one.state = 'due';
    due.unshift(one);
  }

  /** What somebody else has settled is over, too: it was neither pending nor open any more. */
  function follow(one: Stander, { settlement, counted }: Attempted): void {
    if (counted && settlement.state === 'open') {
      one.dueAt = settlement.dueAt;
      turn(one);
    } else {
      lineUp.leave(one);
    }
  }

  /** So much may have happened since it was read that a person may have skipped it meanwhile. */
  function isStale({ since, holdVersion }: Stander): boolean {
    return performance.now() - since > freshMs || holdVersion !== holds.stateOf(name).version;
  }

  async function messageOf(one: Stander): Promise<Delivery | undefined> {
    if (one.delivery !== undefined && !isStale(one)) return one.delivery;
    const arrived = one.delivery === undefined ? await roomFor(one) : () => undefined;
    const found = await insist(() => journal.unsettled(endpoint, name, [one.entry])).finally(arrived);
    const delivery = found.find(({ attempts }) => attempts.replay === undefined);
    if (delivery === undefined || !lineUp.isThere(one)) return delivery;
    if (one.delivery === undefined) lineUp.remember(one, delivery);
    if (one.delivery === undefined) throw new Error('it is being carried already');
    return delivery;
  }

  /** One at a time need not wait for it: what takes up the room may stand behind this very message, or wait for its place. */
  async function roomFor(one: Stander): Promise<() => void> {
    if (letIn !== undefined) return (await flight.admit(name)).end;
    letIn = one;
    return flight.expect(name, 1);
  }

  function report(entry: EntryId, error: unknown): void {
    if (stopped || error instanceof PaceEndedError) return;
    damped.error({ subscriber: name, endpoint, entry, reason: String(error) }, 'delivery.left');
  }

  function clear(): void {
    due.length = 0;
    lineUp.clear();
  }

  return {
    lineUp,
    serve,
    hasDue: () => due.length > 0,
    hasFresh: () => due.some((one) => lineUp.isThere(one) && isFresh(one)),
    takeProbe() {
      const heads = [...lineUp.all()].filter(({ state }) => state === 'due' || state === 'rests');
      const one = heads.find(isFresh) ?? heads.sort((a, b) => a.since - b.since)[0];
      if (one?.state === 'due') due.splice(due.indexOf(one), 1);
      if (one === undefined) return undefined;
      one.state = 'attempted';
      clearTimeout(one.timer);
      return one;
    },
    probe: carry,
    clear,
    async stop() {
      stopped = true;
      slots.nudge();
      const waiting = [...lineUp.all()].filter((one) => one.state !== 'attempted' && one.delivery !== undefined);
      const entries = waiting.map(({ entry }) => entry);
      // Whoever leads next takes it in any case; who reads in no order, only then.
      if (entries.length > 0) await journal.handBack(endpoint, name, entries).catch(() => undefined);
      for (const one of waiting) lineUp.drop(one);
      await Promise.all([...underWay.values(), lineUp.settled()]);
      clear();
    },
    get size() {
      return underWay.size;
    },
  };
}

function isFresh({ state, dueAt }: Stander): boolean {
  return state === 'due' && dueAt === 0;
}
