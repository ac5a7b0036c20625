import { carrierBody } from './carrier.ts';
import type { Part } from './part.ts';
import { isAcknowledged, isAnswered } from './post.ts';
import { type LoadPost, postOne } from './steady-load.ts';

/** What the killing made of the posts. */
export interface Killed {
  readonly posts: readonly LoadPost[];
  /** The bodies of what was under way in the moment of a kill: nobody can answer for them. */
  readonly underWay: ReadonlySet<string>;
}

export interface KillIngestOptions {
  readonly ingest: Pick<Part, 'port' | 'kill' | 'start'>;
  /** Until the ingest that was started again can be killed again. */
  readonly untilBack: () => Promise<void>;
  /** Whether to kill once more. */
  readonly go: () => boolean;
  /** Resolves when several posts have been under way for long enough. */
  readonly atAnyMoment: () => Promise<void>;
}

/** Posts under way at once when ingest is killed at any moment. */
const lanes = 8;

/** In turns: in the moment that the 2xx of a single post is read, and at any moment with several under way. */
export async function killIngest({ ingest, untilBack, go, atAnyMoment }: KillIngestOptions): Promise<Killed> {
  const posts: LoadPost[] = [];
  const underWay = new Set<string>();

  async function post(id: string, begun: Set<string>): Promise<void> {
    const body = carrierBody(id);
    begun.add(body);
    posts.push(await postOne({ port: ingest.port, agent: false, body }));
    begun.delete(body);
  }

  async function killUnderPosts(round: number): Promise<void> {
    const begun = new Set<string>();
    let killing = false;
    const lane = async (number: number) => {
      for (let count = 0; !killing; count += 1) await post(`${round}-${number}-${count}`, begun);
    };
    const posting = Array.from({ length: lanes }, (_, number) => lane(number));
    await atAnyMoment();
    killing = true;
    for (const body of begun) underWay.add(body);
    await ingest.kill();
    await Promise.all(posting);
  }

  for (let round = 0; go(); round += 1) {
    if (round % 2 === 0) {
      await post(`${round}`, new Set());
      await ingest.kill();
    } else {
      await killUnderPosts(round);
    }
    await ingest.start();
    await untilBack();
  }
  return { posts, underWay };
}

/** How many of the posts were not acknowledged: `cutOff` where a kill took their answer away, `refused` otherwise. */
export function unacknowledged({ posts, underWay }: Killed): { refused: number; cutOff: number } {
  const not = posts.filter((post) => !isAcknowledged(post));
  const cutOff = not.filter((post) => !isAnswered(post) && underWay.has(post.body)).length;
  return { refused: not.length - cutOff, cutOff };
}
