/**
 * Bodies in flight per process, at most about this many bytes. Nobody has more of it than is left for the others: one that
 * takes large bodies slowly comes to half of it, two of them to a third each, and there is always room for whoever has
 * little in flight. Whoever has nothing may carry one, whatever is left; so one body for each subscriber comes on top.
 */
const mostBytesInFlight = 256 * 1024 * 1024;

/** Until bodies of a subscriber have been seen, they are taken for large: many that begin at once read at once. */
const firstGuessBytes = 1024 * 1024;
const leastBytes = 1_024;
/** How slowly a large body is forgotten. */
const decay = 0.99;

/** What bodies in flight take of the memory, and who may take more. */
export interface Budget {
  /** How many more bodies this subscriber may take, judged by the size of its recent ones; at least 1 while anything fits. */
  room(subscriber: string): number;
  /** So many are on their way here, until what it returns is called. */
  expect(subscriber: string, count: number): () => void;
  take(subscriber: string, bytes: number): void;
  giveBack(subscriber: string, bytes: number): void;
  /** Until there is room for one more; it is expected from then on. */
  admit(subscriber: string): Promise<Admitted>;
}

/** A delivery whose body may be fetched. */
export interface Admitted {
  /** Its body is here, and has so many bytes. */
  weigh(bytes: number): void;
  end(): void;
}

export interface BudgetOptions {
  /** Told when a subscriber for which there was no room has some again. */
  readonly onRoom: (subscriber: string) => void;
  readonly mostBytes?: number;
}

interface Share {
  bytes: number;
  expected: number;
  typicalBytes: number;
}

export function createBudget({ onRoom, mostBytes = mostBytesInFlight }: BudgetOptions): Budget {
  const shares = new Map<string, Share>();
  /** All shares together. */
  let usedBytes = 0;
  /** Who was told that there is no room, and of these, retries that wait for it. */
  const awaiting = new Set<string>();
  const queues = new Map<string, (() => void)[]>();

  function shareOf(subscriber: string): Share {
    const share = shares.get(subscriber) ?? {
      bytes: 0,
      expected: 0,
      typicalBytes: Math.min(firstGuessBytes, mostBytes),
    };
    shares.set(subscriber, share);
    return share;
  }

  /** Every change of a share goes through here, so that the sum stays the sum. */
  function change(subscriber: string, act: (share: Share) => void): void {
    const share = shareOf(subscriber);
    usedBytes -= bytesOf(share);
    act(share);
    usedBytes += bytesOf(share);
  }

  /** What it takes now must still leave as much for the others as it has then: hence the half. */
  function roomNow(subscriber: string): number {
    const share = shareOf(subscriber);
    const own = bytesOf(share);
    const left = mostBytes - usedBytes - own;
    if (left <= 0) return own === 0 ? 1 : 0;
    return Math.max(1, Math.floor(left / 2 / share.typicalBytes));
  }

  function room(subscriber: string): number {
    const places = roomNow(subscriber);
    if (places === 0) awaiting.add(subscriber);
    return places;
  }

  /** Retries first: they have waited since they were due. */
  function tellOfRoom(): void {
    for (const subscriber of [...awaiting]) {
      const queue = queues.get(subscriber) ?? [];
      while (roomNow(subscriber) > 0 && queue.length > 0) queue.shift()?.();
      if (roomNow(subscriber) === 0) continue;
      awaiting.delete(subscriber);
      queues.delete(subscriber);
      onRoom(subscriber);
    }
  }

  function expect(subscriber: string, count: number): () => void {
    const add = (more: number) =>
      change(subscriber, (share) => {
        share.expected += more;
      });
    add(count);
    let arrived = false;
    return () => {
      if (arrived) return;
      arrived = true;
      add(-count);
      tellOfRoom();
    };
  }

  function take(subscriber: string, bytes: number): void {
    change(subscriber, (share) => {
      share.bytes += bytes;
      share.typicalBytes = Math.max(bytes, share.typicalBytes * decay, leastBytes);
    });
  }

  function giveBack(subscriber: string, bytes: number): void {
    change(subscriber, (share) => {
      share.bytes -= bytes;
    });
    tellOfRoom();
  }

  function admitNow(subscriber: string): Admitted {
    const arrived = expect(subscriber, 1);
    let weighed = 0;
    return {
      weigh(bytes) {
        weighed = bytes;
        take(subscriber, bytes);
        arrived();
      },
      end() {
        arrived();
        giveBack(subscriber, weighed);
      },
    };
  }

  return {
    room,
    expect,
    take,
    giveBack,
    admit: (subscriber) =>
      new Promise((resolve) => {
        const admit = () => resolve(admitNow(subscriber));
        if (room(subscriber) > 0) return admit();
        queues.set(subscriber, [...(queues.get(subscriber) ?? []), admit]);
      }),
  };
}

function bytesOf({ bytes, expected, typicalBytes }: Share): number {
  return bytes + expected * typicalBytes;
}
