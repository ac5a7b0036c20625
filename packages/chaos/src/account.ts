import { type Receiver, sum } from '@relay/testkit';
import { sumOver } from './exposition.ts';
import type { Part } from './part.ts';
import { isAcknowledged } from './post.ts';
import type { LoadPost } from './steady-load.ts';
import { untilQuiet } from './until-quiet.ts';

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

/** With what the spools still hold in the end, messages; NaN when an ingest does not say. */
export type LastAccount = Account & { readonly spooled: number };

export interface Awaited {
  readonly posts: readonly LoadPost[];
  readonly receivers: readonly Pick<Receiver, 'received'>[];
  readonly ingests: readonly Pick<Part, 'metrics'>[];
  readonly stopping?: AbortSignal | undefined;
}

/** What is kept is with its subscribers much sooner. */
const lastLookMs = 1_000;

/** Waits until everything acknowledged has arrived and every spool is empty, or nothing more comes. */
export async function untilArrived({ posts, receivers, ingests, stopping }: Awaited): Promise<LastAccount> {
  // Comparing takes long enough to slow down what is waited for, and is in vain before so many have come.
  const least = posts.filter(isAcknowledged).length * receivers.length;
  const spooled = () => sumOver(ingests, ['relay_spool_messages']);
  let before = -1;
  let arrived = false;
  const look = async () => {
    const count = sum(receivers.map(({ received }) => received.length));
    if (count !== before && count >= least) arrived = accountOf(posts, receivers).lost.length === 0;
    before = count;
    const left = await spooled();
    return { done: arrived && left === 0, state: `${count} ${left}` };
  };
  await untilQuiet({ look, lastLookMs, stopping });
  return { ...accountOf(posts, receivers), spooled: await spooled() };
}
