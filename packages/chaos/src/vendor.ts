import { setTimeout as pause } from 'node:timers/promises';
import { createPoster, type Random } from '@relay/simulators';
import { type Callback, callbacks } from './callback.ts';
import { digestOf } from './digest.ts';
import { isAcknowledged, type Post } from './post.ts';

export interface VendorPost extends Post {
  readonly ids: readonly string[];
  /** Of the bytes that subscribers have to get, for each id. */
  readonly digests: readonly string[];
  readonly endpoint: Callback['endpoint'];
  /** The vendor sends again what it has sent before; otherwise it is a callback of its own, if only a look-alike. */
  readonly resend: boolean;
}

export interface VendorOptions {
  /** Where everything is posted to: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly perSecond: number;
  readonly random: Random;
  /** Breaks everything off. */
  readonly stopping: AbortSignal;
}

export interface Vendor {
  /** Posts nothing new; resolves with every post when those under way, and what is sent again of them, have ended. */
  stop(): Promise<readonly VendorPost[]>;
  /** Breaks off what is under way. */
  leave(): Promise<void>;
}

/** Of what was acknowledged, so much is sent again all the same. */
const resentShare = 0.05;
/** Of what is numbered, so much has a look-alike. */
const alikeShare = 0.03;
/** As ThingSpace was seen to wait. */
const againAfterMs = 1_300;
const timeoutMs = 30_000;

/**
 * Posts at the rate, with random gaps, until it is told to stop, and never waits for an answer first. What is not
 * acknowledged is sent again once, as vendors do at best.
 */
export function startVendor({ url, perSecond, random, stopping }: VendorOptions): Vendor {
  const poster = createPoster({ timeoutMs });
  const posts: VendorPost[] = [];
  const underWay = new Set<Promise<void>>();
  const leaving = new AbortController();
  const left = AbortSignal.any([stopping, leaving.signal]);
  const ending = new AbortController();
  const ended = AbortSignal.any([left, ending.signal]);

  async function post(callback: Callback, attempt: number, resend: boolean): Promise<VendorPost> {
    const { ids, endpoint } = callback;
    const at = Date.now();
    const body = Buffer.from(callback.body(attempt));
    const headers = { 'content-type': 'application/json' };
    const answer = await poster.post({ url: `${url}/${endpoint}`, headers, body }, left);
    const { status, ms } = answer;
    const digests = callback.parts(attempt).map(digestOf);
    const made = { ids, digests, endpoint, resend, at, ackMs: ms, status, trouble: status === 0 ? answer.text : '' };
    posts.push(made);
    return made;
  }

  async function send(callback: Callback, { resent, alike }: { resent: boolean; alike: boolean }): Promise<void> {
    const first = await post(callback, 1, false);
    const acknowledged = isAcknowledged(first);
    if (acknowledged && !resent && !alike) return;
    await pause(againAfterMs, undefined, { signal: left }).catch(() => {});
    // A look-alike of what may never have come could not be told from its resend, by anybody.
    if (acknowledged && alike) await post(callback, 1, false);
    else await post(callback, 2, true);
  }

  async function run(): Promise<void> {
    const source = callbacks(random.fork());
    let dueAt = performance.now();
    for (;;) {
      await pause(Math.max(0, dueAt - performance.now()), undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) return;
      const callback = source.next().value;
      const alike = callback.numbered && random.happens(alikeShare);
      const sending = send(callback, { resent: random.happens(resentShare), alike });
      underWay.add(sending);
      void sending.then(() => underWay.delete(sending));
      dueAt += (-Math.log(1 - random.fraction()) * 1000) / perSecond;
    }
  }

  const running = run();
  async function stop(): Promise<readonly VendorPost[]> {
    ending.abort();
    await running;
    await Promise.all(underWay);
    poster.close();
    return posts;
  }
  return {
    stop,
    async leave() {
      leaving.abort();
      await stop();
    },
  };
}
