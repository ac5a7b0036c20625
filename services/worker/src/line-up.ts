import { type Delivery, type EntryId, none } from '@relay/core';
import { lineNamesOf } from './line-names.ts';
import { createLines } from './lines.ts';
import type { OrderedDeps } from './ordered.ts';

/**
 * A delivery that stands in line:
 *
 *   waits      behind another one; its message is in memory, or left in the log where somebody before it rests
 *   due        its turn is now
 *   attempted  is being attempted
 *   rests      its attempt failed; its line waits with it until the next one is due
 */
export interface Stander {
  readonly entry: EntryId;
  state: 'waits' | 'due' | 'attempted' | 'rests';
  /** While its message is in memory. */
  delivery: Delivery | undefined;
  /** Epoch ms before which it is not attempted; 0 for one that never was. */
  dueAt: number;
  /** By the process's own clock, in ms: since when it waits, or rests. */
  since: number;
  timer: NodeJS.Timeout | undefined;
  /** Of the subscriber’s hold, when its message was read. */
  readonly holdVersion: number;
}

export interface LineUpOptions {
  /** Nobody stands before this one any more, or nobody ever did. */
  readonly onFirst: (one: Stander) => void;
  /** There is room, or somebody less. */
  readonly onLess: () => void;
  /** Its delivery stays as it was. */
  readonly onTrouble: (entry: EntryId, error: unknown) => void;
}

/** Who stands in the lines of one cursor, and whose messages are in memory. */
export interface LineUp {
  /** `dueAt` of one that was open; a pending one has none, is judged now, and stays in memory while its turn may come soon. */
  join(delivery: Delivery, dueAt: number | undefined): void;
  leave(one: Stander): void;
  /** Whoever is not among these leaves, but for what is being attempted: that is followed to its end. */
  leaveBut(unsettled: ReadonlySet<EntryId>): void;
  /** Those behind it will wait for long. */
  rest(one: Stander): void;
  /** Keeps its message in memory, unless it is carried there already. */
  remember(one: Stander, delivery: Delivery): void;
  drop(one: Stander): void;
  /** Gives up the messages in memory that have waited for so long (ms). */
  parkWaiting(patienceMs: number): void;
  /** Whether it stands in line still: all may have lined up again meanwhile. */
  isThere(one: Stander): boolean;
  has(entry: EntryId): boolean;
  all(): Iterable<Stander>;
  clear(): void;
  /** Resolves when what nobody wants has been skipped. */
  settled(): Promise<void>;
  readonly size: number;
  /** Whoever has joined last since the last `clear`. */
  readonly newest: EntryId | undefined;
  readonly inMemory: number;
}

export function createLineUp(endpoint: string, deps: OrderedDeps, options: LineUpOptions): LineUp {
  const { subscriber, wants, decode, holds, journal, insist, metrics, flight, damped, clock } = deps;
  const { onFirst, onLess, onTrouble } = options;
  const { name, order } = subscriber();
  const lines = createLines<EntryId>();
  const standing = new Map<EntryId, Stander>();
  const skipping = new Set<Promise<void>>();
  let inMemory = 0;
  let newest: EntryId | undefined;

  const isThere = (one: Stander) => standing.get(one.entry) === one;

  function lineUp(delivery: Delivery, dueAt: number | undefined): void {
    const { entry, attempts, message } = delivery;
    const one: Stander = {
      entry,
      state: 'waits',
      delivery: undefined,
      dueAt: attempts.count > 0 ? (dueAt ?? 0) : 0,
      since: performance.now(),
      timer: undefined,
      holdVersion: holds.stateOf(name).version,
    };
    standing.set(entry, one);
    const first = lines.join(entry, lineNamesOf(order, message, decode));
    if (dueAt === undefined) remember(one, delivery);
    if (first) onFirst(one);
    else if (isStuck(one)) void park(one);
  }

  /** What its subscriber does not want stands before nobody. */
  async function skip(delivery: Delivery): Promise<void> {
    const { entry } = delivery;
    if (!flight.begin(delivery)) return;
    inMemory += 1;
    try {
      const settlement = { state: 'skipped' } as const;
      const counted = await insist(() => journal.settle({ endpoint, subscriber: name, entry, settlement }));
      if (counted) metrics.settled(name, 'skipped');
    } catch (error) {
      onTrouble(entry, error);
    } finally {
      inMemory -= 1;
      flight.end(delivery);
      onLess();
    }
  }

  function remember(one: Stander, delivery: Delivery): void {
    // Whoever carries it already, in this process, has its message, too.
    if (!flight.begin(delivery)) return;
    one.delivery = delivery;
    inMemory += 1;
  }

  function drop(one: Stander): void {
    if (one.delivery === undefined) return;
    flight.end(one.delivery);
    one.delivery = undefined;
    inMemory -= 1;
  }

  /** The message of somebody before it has to come into memory first. */
  function isStuck({ entry }: Stander): boolean {
    return lines.before(entry).some((head) => {
      const before = standing.get(head);
      return before !== undefined && before.delivery === undefined;
    });
  }

  /**
   * Leaves its message to the log, as an open delivery without an attempt; with one line for all, of which few are read ahead,
   * as it is. The head's own message must never wait for room that is taken up by those behind it.
   */
  async function park(one: Stander): Promise<void> {
    const { entry, delivery } = one;
    if (delivery === undefined) return;
    if (order === 'endpoint') return drop(one);
    const at = Math.round(clock());
    // Due at once: should the subscriber want no order any more, its alarm is overdue.
    const settlement = { state: 'open', attempts: none, at, dueAt: at } as const;
    await insist(() => journal.settle({ endpoint, subscriber: name, entry, settlement })).catch((error: unknown) =>
      onTrouble(entry, error),
    );
    // Its turn may have come meanwhile; then it goes out as it is.
    if (one.state !== 'waits' || one.delivery !== delivery) return;
    drop(one);
    onLess();
  }

  function leave(one: Stander): void {
    clearTimeout(one.timer);
    drop(one);
    standing.delete(one.entry);
    for (const entry of lines.leave(one.entry)) {
      const next = standing.get(entry);
      if (next !== undefined) onFirst(next);
    }
    onLess();
  }

  return {
    join(delivery, dueAt) {
      const { message } = delivery;
      newest = delivery.entry;
      if (message.unreadable) damped.error({ endpoint, id: message.id }, 'message.unreadable');
      if (dueAt !== undefined || message.unreadable || wants(subscriber(), message)) return lineUp(delivery, dueAt);
      const skipped = skip(delivery);
      skipping.add(skipped);
      void skipped.finally(() => skipping.delete(skipped));
    },
    leave,
    leaveBut(unsettled) {
      const others = [...standing.values()].filter(
        ({ entry, state }) => !unsettled.has(entry) && state !== 'attempted',
      );
      // From the end: nobody's turn may come who leaves as well.
      for (const one of others.reverse()) leave(one);
    },
    rest(one) {
      drop(one);
      one.state = 'rests';
      one.since = performance.now();
      for (const behind of lines.behind(one.entry)) {
        const waiting = standing.get(behind);
        if (waiting?.state === 'waits') void park(waiting);
      }
      onLess();
    },
    remember,
    drop,
    parkWaiting(patienceMs) {
      const now = performance.now();
      for (const one of standing.values()) if (one.state === 'waits' && now - one.since >= patienceMs) void park(one);
    },
    isThere,
    has: (entry) => standing.has(entry),
    all: () => standing.values(),
    clear() {
      for (const one of standing.values()) {
        clearTimeout(one.timer);
        if (one.state !== 'attempted') drop(one);
      }
      standing.clear();
      lines.clear();
      newest = undefined;
    },
    settled: async () => void (await Promise.all(skipping)),
    get size() {
      return standing.size;
    },
    get newest() {
      return newest;
    },
    get inMemory() {
      return inMemory;
    },
  };
}
