import { type Arrival, isDelivered } from './arrivals.ts';
import { isAcknowledged } from './post.ts';
import type { Subscriber } from './subscribers.ts';
import type { VendorPost } from './vendor.ts';

export interface Verdict {
  readonly subscriber: string;
  /** Messages that were acknowledged for it. */
  readonly acknowledged: number;
  /** Ids of callbacks that were acknowledged and of which nothing came. */
  readonly lost: readonly string[];
  /** Ids of look-alikes of which fewer messages came than were acknowledged. */
  readonly merged: readonly string[];
  /** Ids of which more messages came than there were callbacks: a resend was taken for a new one. */
  readonly doubled: readonly string[];
  /** Ids of which something came that differs from all that was posted with them. */
  readonly changed: readonly string[];
  /** Ids that came and that nobody had posted to an endpoint that it receives. */
  readonly strange: readonly string[];
  readonly repeats: readonly Repeat[];
}

/** A message that was delivered once more after the subscriber had said 2xx. Times are epoch ms. */
export interface Repeat {
  readonly message: string;
  readonly firstAt: number;
  readonly at: number;
}

interface Evidence {
  readonly posts: readonly VendorPost[];
  readonly arrivals: readonly Arrival[];
  readonly subscribers: readonly Subscriber[];
}

/** How many messages an id stands for. */
interface Owed {
  readonly endpoint: VendorPost['endpoint'];
  /** Of all that was posted with it. */
  readonly digests: Set<string>;
  /** Acknowledged: they have to arrive. */
  least: number;
  /** Posted as callbacks of their own: no more may arrive. */
  most: number;
}

/** Compares what was acknowledged with what arrived, at each subscriber. */
export function checkIds({ posts, arrivals, subscribers }: Evidence): Verdict[] {
  const owed = owedOf(posts);
  return subscribers.map(({ name, receives }) => {
    const own = new Map([...owed].filter(([, { endpoint }]) => receives.includes(endpoint)));
    return verdictOf(
      name,
      own,
      arrivals.filter(({ subscriber }) => subscriber === name),
    );
  });
}

/** How many messages each subscriber has to get at least, by name. */
export function leastOf(posts: readonly VendorPost[], subscribers: readonly Subscriber[]): Record<string, number> {
  return Object.fromEntries(
    checkIds({ posts, arrivals: [], subscribers }).map(({ subscriber, acknowledged }) => [subscriber, acknowledged]),
  );
}

function owedOf(posts: readonly VendorPost[]): Map<string, Owed> {
  const owed = new Map<string, Owed>();
  // A resend comes after what it repeats, and stands for a message only when that was not acknowledged.
  for (const post of posts.toSorted((one, other) => one.at - other.at)) {
    for (const [index, id] of post.ids.entries()) {
      const known = owed.get(id) ?? { endpoint: post.endpoint, digests: new Set(), least: 0, most: 0 };
      owed.set(id, known);
      known.digests.add(post.digests[index] ?? '');
      if (!post.resend) known.most += 1;
      if (!isAcknowledged(post)) continue;
      if (!post.resend) known.least += 1;
      else known.least = Math.max(known.least, 1);
    }
  }
  return owed;
}

function verdictOf(subscriber: string, owed: ReadonlyMap<string, Owed>, arrivals: readonly Arrival[]): Verdict {
  const came = new Map<string, Set<string>>();
  const changed = new Set<string>();
  for (const { id, message, digest } of arrivals.filter(isDelivered)) {
    const messages = came.get(id) ?? new Set();
    came.set(id, messages.add(message));
    if (owed.get(id)?.digests.has(digest) === false) changed.add(id);
  }
  const idsWhere = (wrong: (owed: Owed, count: number) => boolean) =>
    [...owed].filter(([id, each]) => wrong(each, came.get(id)?.size ?? 0)).map(([id]) => id);
  return {
    subscriber,
    acknowledged: [...owed.values()].reduce((sum, { least }) => sum + least, 0),
    lost: idsWhere(({ least }, count) => least > 0 && count === 0),
    merged: idsWhere(({ least }, count) => count > 0 && count < least),
    doubled: idsWhere(({ most }, count) => count > most),
    changed: [...changed],
    strange: [...came.keys()].filter((id) => !owed.has(id)),
    repeats: repeatsOf(arrivals.filter(isDelivered)),
  };
}

function repeatsOf(delivered: readonly Arrival[]): Repeat[] {
  const firstAt = new Map<string, number>();
  const repeats: Repeat[] = [];
  for (const { message, at } of delivered.toSorted((one, other) => one.at - other.at)) {
    const first = firstAt.get(message);
    if (first === undefined) firstAt.set(message, at);
    else repeats.push({ message, firstAt: first, at });
  }
  return repeats;
}
