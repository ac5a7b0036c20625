import type { Endpoint } from '@relay/core';
import type { Order } from './draft.ts';
import { type Exchange, exchangesOf } from './exchange.ts';
import { type ProfileName, profiles } from './profile.ts';
import { createRandom } from './random.ts';
import { type Counts, createTally, type Report } from './report.ts';
import { type Attempt, run } from './run.ts';
import { type VendorName, vendors } from './vendors.ts';

export interface SimulateOptions extends Partial<Order> {
  readonly vendor: VendorName;
  /** Where to post: the URL that would be registered, but for what `verify` wants in it. */
  readonly url: string;
  readonly seed: number;
  /** What the endpoint verifies. Default: nothing, so nothing can be forged. */
  readonly verify?: Endpoint['verify'];
  /** How the endpoint's URL is told to vendors, for signatures over it; default `url`. */
  readonly publicUrl?: string;
  readonly forgedShare?: number;
  readonly repeatedShare?: number;
  readonly rotate?: boolean;
  readonly forwardedFor?: boolean;
  /** First attempts per second; default: as fast as they are answered. */
  readonly perSecond?: number | undefined;
  readonly concurrency?: number;
  /** Default: the vendor's. */
  readonly profile?: ProfileName | undefined;
  /** How many times faster the vendor's waits pass. */
  readonly speed?: number;
  /** For tests of silence; default the profile's. */
  readonly silenceMs?: number;
  readonly stopping?: AbortSignal;
  /** Whether the report has everything that was sent; else counts only. */
  readonly remember?: boolean;
  readonly onAttempt?: (exchange: Exchange, attempt: Attempt, soFar: () => Counts) => void;
}

/** The moment at which every run pretends to begin, so that the same seed gives the same bytes on any day. */
const beginning = Date.UTC(2026, 0, 1);
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };

/** Sends what the vendor sends, the way it sends it. The same seed and options give the same bytes in the same order. */
export async function simulate(options: SimulateOptions): Promise<Report> {
  const { vendor, profile, silenceMs, remember = true, onAttempt } = options;
  const tally = createTally({ remember });
  await run(exchangesFor(options), {
    perSecond: options.perSecond,
    concurrency: options.concurrency ?? 16,
    profile: { ...profiles[profile ?? vendors[vendor].profile], ...(silenceMs !== undefined && { silenceMs }) },
    speed: options.speed ?? 1,
    stopping: options.stopping ?? new AbortController().signal,
    onAttempt: (exchange, attempt) => {
      tally.addAttempt(attempt);
      onAttempt?.(exchange, attempt, tally.counts);
    },
    onSent: tally.addSent,
  });
  return tally.report();
}

/** What a run sends first of each request, in that order. */
export function exchangesFor(options: SimulateOptions): Iterable<Exchange> {
  const { vendor, url, seed, verify = nothing, publicUrl = url, count = 10 } = options;
  const random = createRandom(seed);
  const { devices = 1, services = [], batch = 1, lateShare = 0, now = beginning } = options;
  const drafts = vendors[vendor].drafts(random.fork(), { count, devices, services, batch, lateShare, now });
  return exchangesOf(drafts, random, {
    endpoint: { source: vendor, verify, url: publicUrl },
    url,
    count,
    forgedShare: options.forgedShare ?? 0,
    repeatedShare: options.repeatedShare ?? 0,
    rotate: options.rotate ?? false,
    forwardedFor: options.forwardedFor ?? false,
    clock: Date.now,
  });
}
