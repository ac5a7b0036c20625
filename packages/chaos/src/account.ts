import { setTimeout as pause } from 'node:timers/promises';
import type { Receiver } from '@relay/testkit';
import { isAcknowledged } from './post.ts';
import type { LoadPost } from './steady-load.ts';

/** What was promised beside what arrived, over all subscribers. */
export interface Account {
  readonly acknowledged: number;
  /** Acknowledged, and missing at a subscriber: the bodies, once for each that misses it. */
  readonly lost: readonly string[];
  /** Arrived again as the same message: at least once is what is promised. */
  readonly repeated: number;
  /** Arrived again as another message: one callback was kept twice. */
  readonly doubled: number;
  /** Arrived as nobody has posted it. */
  readonly strange: number;
}

/** Compares byte for byte: a body that was changed on the way is lost, and another one strange. */
export function accountOf(posts: readonly LoadPost[], receivers: readonly Pick<Receiver, 'received'>[]): Account {
  const posted = new Set(posts.map(({ body }) => body));
  const acknowledged = posts.filter(isAcknowledged).map(({ body }) => body);
  let lost: readonly string[] = [];
  let repeated = 0;
  let doubled = 0;
  let strange = 0;
  for (const { received } of receivers) {
    const firstIds = new Map<string, unknown>();
    for (const { body, headers } of received) {
      const text = body.toString();
      const id = headers['webhook-id'];
      if (!posted.has(text)) strange += 1;
      else if (!firstIds.has(text)) firstIds.set(text, id);
      else if (firstIds.get(text) === id) repeated += 1;
      else doubled += 1;
    }
    lost = lost.concat(acknowledged.filter((body) => !firstIds.has(body)));
  }
  return { acknowledged: acknowledged.length, lost, repeated, doubled, strange };
}

/** When nothing has come for so long, what is missing is lost: longer than abandoned deliveries wait to be claimed. */
const quietMs = 45_000;
const pollMs = 100;

/** Waits until everything acknowledged has arrived, or nothing more comes. */
export async function untilArrived(
  posts: readonly LoadPost[],
  receivers: readonly Pick<Receiver, 'received'>[],
): Promise<Account> {
  // Comparing takes long enough to slow down what is waited for, and is in vain before so many have come.
  const least = posts.filter(isAcknowledged).length * receivers.length;
  const count = () => receivers.reduce((total, { received }) => total + received.length, 0);
  let before = -1;
  let quietSince = performance.now();
  for (;;) {
    const now = count();
    if (now !== before) quietSince = performance.now();
    const quiet = performance.now() - quietSince > quietMs;
    if (quiet || (now !== before && now >= least)) {
      const account = accountOf(posts, receivers);
      if (quiet || account.lost.length === 0) return account;
    }
    before = now;
    await pause(pollMs);
  }
}
