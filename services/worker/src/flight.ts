import type { Delivery, EntryId } from '@relay/core';
import { type Budget, type BudgetOptions, createBudget } from './budget.ts';

const none: ReadonlySet<EntryId> = new Set();

/** How long a delivery that was left lies before this process takes it again, in ms. */
const leftMs = 15_000;

/** Where a delivery lies, without its body. */
interface Place {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly entry: EntryId;
}

/** First attempts under way: their deliveries are pending under this process's name. */
export interface Pending extends Place {
  /** By the process's own clock, which is never set back: ms. */
  readonly since: number;
}

/** What this process is carrying: it must be refreshed, may not be claimed twice, and bounds what is read. */
export interface Flight extends Pick<Budget, 'room' | 'expect' | 'admit'> {
  /** False when this delivery is being carried already. */
  begin(delivery: Delivery): boolean;
  end(delivery: Delivery): void;
  /** The same, after something went wrong: for a while it counts as carried still, so that it is not taken again at once. */
  leave(delivery: Delivery): void;
  pending(): readonly Pending[];
  /** The deliveries of this cursor that are being carried. */
  carried(endpoint: string, subscriber: string): ReadonlySet<EntryId>;
  readonly size: number;
}

export interface FlightOptions extends BudgetOptions {
  readonly clock: () => number;
}

export function createFlight({ clock, ...options }: FlightOptions): Flight {
  const carried = new Map<string, Pending>();
  const cursors = new Map<string, Set<EntryId>>();
  const { room, expect, admit, take, giveBack } = createBudget(options);

  const cursorOf = (endpoint: string, subscriber: string) => `${subscriber}\n${endpoint}`;
  const keyOf = ({ endpoint, subscriber, entry }: Place) => `${cursorOf(endpoint, subscriber)}\n${entry}`;

  function add({ endpoint, subscriber, entry }: Place): void {
    const cursor = cursorOf(endpoint, subscriber);
    const entries = cursors.get(cursor);
    if (entries === undefined) cursors.set(cursor, new Set([entry]));
    else entries.add(entry);
  }

  function remove({ endpoint, subscriber, entry }: Place): void {
    const cursor = cursorOf(endpoint, subscriber);
    const entries = cursors.get(cursor);
    entries?.delete(entry);
    if (entries?.size === 0) cursors.delete(cursor);
  }

  function land(delivery: Delivery): void {
    if (!carried.delete(keyOf(placeOf(delivery)))) return;
    giveBack(delivery.subscriber, delivery.message.body.length);
  }

  /** It may be carried again by now: another worker took it, and left it in its turn. */
  function forget(left: Place): void {
    if (!carried.has(keyOf(left))) remove(left);
  }

  return {
    begin(delivery) {
      const place = placeOf(delivery);
      const key = keyOf(place);
      if (carried.has(key)) return false;
      carried.set(key, { ...place, since: clock() });
      add(place);
      take(place.subscriber, delivery.message.body.length);
      return true;
    },
    end(delivery) {
      land(delivery);
      remove(placeOf(delivery));
    },
    leave(delivery) {
      land(delivery);
      setTimeout(forget, leftMs, placeOf(delivery)).unref();
    },
    pending: () => [...carried.values()],
    carried: (endpoint, subscriber) => cursors.get(cursorOf(endpoint, subscriber)) ?? none,
    room,
    expect,
    admit,
    get size() {
      return carried.size;
    },
  };
}

function placeOf({ message: { endpoint }, subscriber, entry }: Delivery): Place {
  return { endpoint, subscriber, entry };
}

/** What is pending of one cursor. */
interface PendingOfCursor {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly entries: readonly EntryId[];
}

export function byCursor(pending: readonly Pending[]): PendingOfCursor[] {
  const groups = Map.groupBy(pending, ({ endpoint, subscriber }) => `${subscriber}\n${endpoint}`);
  return [...groups.values()].flatMap((group) => {
    const entries = group.map(({ entry }) => entry);
    return group.slice(0, 1).map(({ endpoint, subscriber }) => ({ endpoint, subscriber, entries }));
  });
}
