import type { Endpoint } from '@relay/core';
import { addSecrets, type OutgoingRequest } from './add-secrets.ts';
import type { Draft } from './draft.ts';
import { type Forgery, isForgeable } from './forgery.ts';
import type { Random } from './random.ts';

/** A request of the vendor, or of somebody who pretends to be the vendor, with all its attempts. */
export interface SimulatedRequest extends Omit<Draft, 'body'> {
  /** Sent by somebody who does not know the secrets: it has to be refused. */
  readonly forged: boolean;
  /** Sent again, byte for byte, although it was acknowledged. */
  readonly repeated: boolean;
  /** What goes out at an attempt, from 1. */
  outgoing(attempt: number): OutgoingRequest;
  /** For when the next attempt is made. */
  readonly random: Random;
}

/** Where requests go, what they are verified by there, and in how many of them something is off. */
export interface SimulatedRequestOptions {
  readonly endpoint: Pick<Endpoint, 'source' | 'verify' | 'url'>;
  readonly url: string;
  readonly forgedShare: number;
  readonly repeatedShare: number;
  /** From half of the requests on the first of the endpoint's credentials; before, and for some after that, the second. */
  readonly rotate: boolean;
  /** Whether `X-Forwarded-For` names the address that the vendor would send from. */
  readonly forwardedFor: boolean;
  /** How many requests there are in all. */
  readonly count: number;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** The drafts as they go out, the same for the same random. */
export function* simulatedRequests(
  drafts: Iterable<Draft>,
  random: Random,
  options: SimulatedRequestOptions,
): Iterable<SimulatedRequest> {
  const { forgedShare, repeatedShare } = options;
  for (const { body, ...draft } of drafts) {
    const forged = random.happens(forgedShare);
    const forgery = forged ? forgeryFor(options, random) : undefined;
    const endpoint = { ...options.endpoint, verify: verifyFor(draft.turn, random, options) };
    const addresses = addressesFrom(random);
    yield {
      ...draft,
      resent: draft.resent && !forged,
      forged,
      repeated: random.happens(repeatedShare) && !forged,
      outgoing: (attempt) =>
        addSecrets({
          endpoint,
          url: options.url,
          body: Buffer.from(body(attempt)),
          headers: options.forwardedFor ? { 'x-forwarded-for': addresses[attempt > 1 ? 1 : 0] } : {},
          at: options.clock(),
          forgery,
        }),
      random: random.fork(),
    };
  }
}

/** Only credentials inside of bodies can be empty or missing and still be the vendor's kind of callback. */
function forgeryFor({ endpoint }: SimulatedRequestOptions, random: Random): Forgery {
  const { credentials, ...others } = endpoint.verify;
  const inBodyOnly = credentials.length > 0 && !isForgeable({ ...others, credentials: [] });
  return inBodyOnly ? random.pick(['wrong', 'wrong', 'empty', 'missing']) : 'wrong';
}

/** After a change the old password was seen to arrive for up to 14 minutes; how often is not known. */
const staleShare = 0.3;

function verifyFor(
  turn: number,
  random: Random,
  { endpoint, rotate, count }: SimulatedRequestOptions,
): Endpoint['verify'] {
  const [current, former] = endpoint.verify.credentials;
  const stale = random.happens(staleShare) || turn < count / 2;
  // The vendor sends both as empty texts when none are registered.
  const credentials = rotate && stale ? former : (current ?? { username: '', password: '' });
  return { ...endpoint.verify, credentials: credentials === undefined ? [] : [credentials] };
}

/** ThingSpace's documented addresses, but for two from which nothing was ever seen to come. */
const seenAddresses = [
  '3.87.163.45',
  '3.91.119.203',
  '54.197.62.209',
  '35.165.205.14',
  '54.200.43.232',
  '34.216.81.234',
] as const;
/** Seen on live accounts: so many second attempts came from another address. */
const movedShare = 5 / 17;

function addressesFrom(random: Random): readonly [string, string] {
  const [first, second] = random.shuffled(seenAddresses);
  const from = first ?? seenAddresses[0];
  return [from, random.happens(movedShare) ? (second ?? from) : from];
}
