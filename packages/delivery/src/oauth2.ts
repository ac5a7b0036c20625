import { type Ask, type Grant, type OAuth2, requestToken, type TokenFailure, tokenTimeout } from './oauth2-request.ts';

/** A token's server may take so long, however long an attempt waits for it: the next one finds the token there. */
const requestTimeoutMs = 10_000;
/** A token is renewed so long before it expires, or a fifth of its life, whichever is less. */
const renewalMarginMs = 60_000;
/** After a renewal that has failed, while the token is still good. */
const renewalPauseMs = 5_000;

/** A subscriber's way to an access token. Nothing here rejects. */
export interface TokenSource {
  /** A token in force; waits at most so long where one has to be fetched first. */
  take(waitMs: number): Promise<TokenHeld | TokenFailure>;
  /** Another one than the one that was refused, in the same way. */
  replace(refused: TokenHeld, waitMs: number): Promise<TokenHeld | TokenFailure>;
}

export interface TokenHeld {
  readonly token: string;
}

/** What is known of one client's tokens. Times are of the clock given. */
interface Shelf {
  held?: { readonly token: string; readonly renewAt: number; readonly expiresAt: number };
  fetching?: Promise<TokenHeld | TokenFailure>;
}

export interface TokenPlace {
  readonly auth: OAuth2;
  readonly ask: Ask;
  /** What `ask` depends on, as a text: a token is shared only by those who would ask in the same way, so that nobody waits for another's proxy. */
  readonly way: string;
}

/**
 * Tokens by client: one request at a time for each, whoever needs it. A token that is about to expire is renewed beside the
 * attempts, which go on with the old one.
 */
export function createTokens({ now }: { readonly now: () => number }) {
  const shelves = new Map<string, Shelf>();

  function shelfFor({ auth, way }: TokenPlace): Shelf {
    for (const [key, shelf] of shelves) if (isEmpty(shelf)) shelves.delete(key);
    const key = JSON.stringify([auth, way]);
    const shelf = shelves.get(key) ?? {};
    shelves.set(key, shelf);
    return shelf;
  }

  /** Empty ones are those of clients that are not in the configuration any more, or that have nothing to share. */
  function isEmpty({ held, fetching }: Shelf): boolean {
    return fetching === undefined && (held === undefined || now() >= held.expiresAt);
  }

  return (place: TokenPlace): TokenSource => {
    const shelf = shelfFor(place);

    function fetch(): Promise<TokenHeld | TokenFailure> {
      shelf.fetching ??= fetchOne().finally(() => {
        delete shelf.fetching;
      });
      return shelf.fetching;
    }

    async function fetchOne(): Promise<TokenHeld | TokenFailure> {
      const askedAt = now();
      const answer = await requestToken(place.ask, place.auth, requestTimeoutMs);
      if ('token' in answer) shelf.held = { token: answer.token, ...timesOf(answer, askedAt) };
      else if (shelf.held !== undefined) shelf.held = { ...shelf.held, renewAt: now() + renewalPauseMs };
      return answer;
    }

    function heldInForce(): Shelf['held'] {
      return shelf.held !== undefined && now() < shelf.held.expiresAt ? shelf.held : undefined;
    }

    return {
      async take(waitMs) {
        const held = heldInForce();
        if (held === undefined) return within(fetch(), waitMs);
        if (now() >= held.renewAt) void fetch();
        return held;
      },
      async replace(refused, waitMs) {
        const held = heldInForce();
        // It stays while another is fetched: who shares it may not be refused.
        return held === undefined || held.token === refused.token ? within(fetch(), waitMs) : held;
      },
    };
  };
}

function timesOf({ lifeMs }: Grant, askedAt: number): { readonly renewAt: number; readonly expiresAt: number } {
  const expiresAt = askedAt + lifeMs;
  return { renewAt: expiresAt - Math.min(renewalMarginMs, lifeMs / 5), expiresAt };
}

async function within<Value>(promise: Promise<Value>, waitMs: number): Promise<Value | TokenFailure> {
  const over = Promise.withResolvers<TokenFailure>();
  const timer = setTimeout(() => over.resolve(tokenTimeout), waitMs);
  return Promise.race([promise, over.promise]).finally(() => clearTimeout(timer));
}
