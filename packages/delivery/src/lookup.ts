import { lookup as lookupBySystem } from 'node:dns/promises';
import { createLookupPlaces } from './lookup-places.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host, at least one; rejects as `dns.lookup` does. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** So long an answer is used without asking again, in ms. */
const freshMs = 5_000;
/** So long an old answer is used when the system has none, or none in time, in ms. */
const keptMs = 10 * 60_000;
/** So long a connection waits for a new answer when there is an old one, in ms. */
const patienceMs = 500;

export interface LookupOptions {
  readonly resolve?: Resolve | undefined;
  /** Ms that never go back. */
  readonly clock?: () => number;
  /** Of this process (`UV_THREADPOOL_SIZE`); look-ups have half of them. */
  readonly threads?: number | undefined;
}

interface Known {
  answer?: { readonly addresses: readonly Address[]; readonly at: number };
  underWay?: { readonly answer: Promise<readonly Address[]>; readonly since: number };
}

/**
 * Looks names up, each at most once at a time, and remembers the answers for a while: a resolver that fails or hangs holds up
 * only what has not been called lately. Says nothing about who may be called: every connection has to be guarded by itself.
 */
export function createLookup(options: LookupOptions): Resolve {
  const { resolve = resolveBySystem, clock = () => performance.now(), threads } = options;
  const places = createLookupPlaces({ clock, threads });
  const hosts = new Map<string, Known>();

  function ask(host: string, known: Known): NonNullable<Known['underWay']> {
    if (known.underWay !== undefined) return known.underWay;
    const answer = places
      .take(host, () => resolve(host))
      .then((addresses) => {
        known.answer = { addresses, at: clock() };
        return addresses;
      })
      .finally(() => {
        delete known.underWay;
      });
    known.underWay = { answer, since: clock() };
    return known.underWay;
  }

  function forgetOld(): void {
    for (const [host, { answer, underWay }] of hosts) {
      if (underWay === undefined && (answer === undefined || clock() - answer.at >= keptMs)) hosts.delete(host);
    }
  }

  return async (host) => {
    const known = hosts.get(host) ?? {};
    const old = known.answer;
    if (old !== undefined && clock() - old.at < freshMs) return old.addresses;
    if (!hosts.has(host)) {
      forgetOld();
      hosts.set(host, known);
    }
    const { answer, since } = ask(host, known);
    if (old === undefined || clock() - old.at >= keptMs) return answer;
    return withPatience(answer, { otherwise: old.addresses, ms: Math.max(0, patienceMs - (clock() - since)) });
  };
}

/** The answer, or the other one when there is none in time or none at all. */
function withPatience<T>(
  answer: Promise<T>,
  { otherwise, ms }: { readonly otherwise: T; readonly ms: number },
): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    answer.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}

function resolveBySystem(host: string): Promise<readonly Address[]> {
  return lookupBySystem(host, { all: true });
}
