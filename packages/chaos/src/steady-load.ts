import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@relay/testkit';
import { carrier, carrierBody } from './carrier.ts';
import type { Post } from './post.ts';

export interface LoadPost extends Post {
  readonly body: string;
}

export interface SteadyLoad {
  /** Those that have come to an end so far. */
  readonly posts: readonly LoadPost[];
  /** Until so many more were answered. */
  more(count: number): Promise<void>;
  /** Posts no more; resolves when the last has come to an end. */
  stop(): Promise<void>;
}

export interface SteadyLoadOptions {
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly perSecond: number;
  /** Each post's ids begin so. */
  readonly label?: string;
}

/** No vendor waits longer. */
const patienceMs = 10_000;
/** One post in so many has a connection of its own, as vendors without keep-alive do it. */
const oneShotEvery = 3;

/** Posts at the rate without waiting for answers, over kept connections and new ones, until it is stopped. */
export function startSteadyLoad({ port, perSecond, label = 'post' }: SteadyLoadOptions): SteadyLoad {
  const kept = new Agent({ keepAlive: true });
  const posts: LoadPost[] = [];
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function post(number: number): Promise<void> {
    const agent = number % oneShotEvery === 0 ? false : kept;
    posts.push(await postOne({ port, agent, body: carrierBody(`${label}-${number}`) }));
  }

  async function run(): Promise<void> {
    const startedAt = performance.now();
    for (let number = 0; !stopping.signal.aborted; number += 1) {
      const posting = post(number).finally(() => underWay.delete(posting));
      underWay.add(posting);
      const dueAt = startedAt + ((number + 1) * 1000) / perSecond;
      await pause(Math.max(0, dueAt - performance.now()), undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    posts,
    async more(count) {
      const enough = posts.length + count;
      await eventually(`${count} more posts are answered`, () => posts.length >= enough);
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(underWay);
      kept.destroy();
    },
  };
}

/** Posts one callback; whatever happens to it is in what this resolves with. */
export async function postOne({
  port,
  agent,
  body,
}: {
  port: number;
  agent: Agent | false;
  body: string;
}): Promise<LoadPost> {
  const at = Date.now();
  const startedAt = performance.now();
  const answer = await answerTo(
    request({
      host: '127.0.0.1',
      port,
      agent,
      method: 'POST',
      path: carrier.path,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(patienceMs),
    }),
    body,
  );
  return { body, at, ackMs: performance.now() - startedAt, ...answer };
}

async function answerTo(posting: ClientRequest, body: string): Promise<Pick<Post, 'status' | 'trouble'>> {
  posting.end(body);
  try {
    const [response] = (await once(posting, 'response')) as [IncomingMessage];
    // The status is what counts; what follows may be cut off.
    response.on('error', () => {}).resume();
    return { status: response.statusCode ?? 0, trouble: '' };
  } catch (error) {
    return { status: 0, trouble: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}
