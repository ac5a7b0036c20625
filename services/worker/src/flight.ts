import type { Delivery, EntryId } from '@relay/core';

/** Bodies in flight per process, at most about this many bytes: past it nothing more is read. */
export const mostBytesInFlight = 256 * 1024 * 1024;

/** First attempts under way: their deliveries are pending under this process's name. */
export interface Pending {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly entry: EntryId;
  readonly since: number;
}

/** What this process is carrying: it must be refreshed, may not be claimed twice, and bounds what is read. */
export interface Flight {
  /** False when this delivery is being carried already. */
  begin(delivery: Delivery): boolean;
  end(delivery: Delivery): void;
  pending(): readonly Pending[];
  /** How many more deliveries may be read, judged by the size of recent ones; at least 1 while anything fits. */
  room(): number;
  readonly size: number;
}

/** `onRoom` is told when something may be read again after nothing could. */
export function createFlight({ clock, onRoom }: { clock: () => number; onRoom: () => void }): Flight {
  const carried = new Map<string, Pending>();
  let bytes = 0;
  let typicalBytes = 1_024;

  const keyOf = ({ message, subscriber, entry }: Delivery) => `${subscriber}\n${message.endpoint}\n${entry}`;

  return {
    begin(delivery) {
      const key = keyOf(delivery);
      if (carried.has(key)) return false;
      const { message, subscriber, entry } = delivery;
      carried.set(key, { endpoint: message.endpoint, subscriber, entry, since: clock() });
      bytes += message.body.length;
      typicalBytes = Math.max(message.body.length, typicalBytes * 0.99, 1_024);
      return true;
    },
    end(delivery) {
      if (!carried.delete(keyOf(delivery))) return;
      const full = bytes >= mostBytesInFlight;
      bytes -= delivery.message.body.length;
      if (full && bytes < mostBytesInFlight) onRoom();
    },
    pending: () => [...carried.values()],
    room: () => (bytes >= mostBytesInFlight ? 0 : Math.max(1, Math.floor((mostBytesInFlight - bytes) / typicalBytes))),
    get size() {
      return carried.size;
    },
  };
}
