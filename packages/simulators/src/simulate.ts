import type { Endpoint } from '@relay/core';
import type { DraftOptions } from './draft.ts';
import { type ProfileName, profiles } from './profile.ts';
import { createRandom } from './random.ts';
import { type Counts, createTally, type Report } from './report.ts';
import { type Attempt, run } from './run.ts';
import { type SimulatedRequest, simulatedRequests } from './simulated-request.ts';
import { type VendorName, vendors } from './vendors.ts';

/** What is left out, or undefined, is as the vendor or the default has it. */
export interface SimulateOptions extends Optional<DraftOptions> {
  readonly vendor: VendorName;
  /** Where to post: the URL that would be registered, but for what `verify` wants in it. */
  readonly url: string;
  readonly seed: number;
  /** What the endpoint verifies. Default: nothing, so nothing can be forged. */
  readonly verify?: Endpoint['verify'];
  /** How the endpoint's URL is told to vendors, for signatures over it; default `url`. */
  readonly publicUrl?: string | undefined;
  /** Default 0. */
  readonly forgedShare?: number | undefined;
  /** Default 0. */
  readonly repeatedShare?: number | undefined;
  readonly rotate?: boolean | undefined;
  readonly forwardedFor?: boolean | undefined;
  /** First attempts per second; default: as fast as they are answered. */
  readonly perSecond?: number | undefined;
  /** Default 16. */
  readonly concurrency?: number;
  /** Default: the vendor's. */
  readonly profile?: ProfileName | undefined;
  /** How many times faster the vendor's waits pass. Default: the vendor's. */
  readonly speed?: number | undefined;
  /** For tests of silence; default the profile's. */
  readonly silenceMs?: number;
  readonly stopping?: AbortSignal;
  /** See PosterOptions. */
  readonly certificate?: string | undefined;
  /** Whether the report has everything that was sent; else counts only. */
  readonly remember?: boolean;
  readonly onAttempt?: (request: SimulatedRequest, attempt: Attempt, soFar: () => Counts) => void;
}

type Optional<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/** The moment at which every run pretends to begin, so that the same seed gives the same bytes on any day. */
const beginning = Date.UTC(2026, 0, 1);
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };

/** Sends what the vendor sends, the way it sends it. The same seed and options give the same bytes in the same order. */
export async function simulate(options: SimulateOptions): Promise<Report> {
  const { vendor, silenceMs, remember = true, onAttempt } = options;
  const usual = vendors[vendor];
  const tally = createTally({ remember });
  await run(requestsFor(options), {
    perSecond: options.perSecond,
    concurrency: options.concurrency ?? 16,
    profile: { ...profiles[options.profile ?? usual.profile], ...(silenceMs !== undefined && { silenceMs }) },
    speed: options.speed ?? usual.speed,
    certificate: options.certificate,
    stopping: options.stopping ?? new AbortController().signal,
    onAttempt: (request, attempt) => {
      tally.addAttempt(attempt);
      onAttempt?.(request, attempt, tally.counts);
    },
    onSent: tally.addSent,
  });
  return tally.report();
}

/** What a run sends first of each request, in that order. */
export function requestsFor(options: SimulateOptions): Iterable<SimulatedRequest> {
  const { vendor, url, seed, verify = nothing, publicUrl, count = 10 } = options;
  const random = createRandom(seed);
  const usual = vendors[vendor];
  const { devices = 1, services = [], batch = 1, lateShare = usual.lateShare, now = beginning } = options;
  const drafts = usual.drafts(random.fork(), { count, devices, services, batch, lateShare, now });
  return simulatedRequests(drafts, random, {
    endpoint: { source: vendor, verify, ...(publicUrl !== undefined && { url: publicUrl }) },
    url,
    count,
    forgedShare: options.forgedShare ?? 0,
    repeatedShare: options.repeatedShare ?? 0,
    rotate: options.rotate ?? false,
    forwardedFor: options.forwardedFor ?? false,
    clock: Date.now,
  });
}
