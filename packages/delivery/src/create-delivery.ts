import type { Attempts, KeptMessage, Outcome, Subscriber } from '@relay/core';
import { fixedAuthorization } from './auth.ts';
import { sendWithToken } from './auth-token.ts';
import { classify } from './classify.ts';
import { createConnections } from './connections.ts';
import { type Exchange, exchange } from './exchange.ts';
import { type Headers, messageHeaders, ownHeaders, type Payload } from './headers.ts';
import type { Resolve } from './lookup.ts';
import { createTokens, type TokenPlace, type TokenSource } from './oauth2.ts';
import { createSign, type Sign } from './sign.ts';

/** Makes attempts: one HTTP request for one message to one subscriber. */
export interface HttpDelivery {
  /** `attempts` are those made before. What the network does is an outcome; it never rejects because of it. */
  attempt(subscriber: Subscriber, message: KeptMessage, attempts: Attempts): Promise<Outcome>;
  /** Closes the connections that none of these needs, once no request uses them. */
  keepOnly(subscribers: readonly Subscriber[]): void;
  /** Closes the connections kept, and breaks those in use. */
  close(): void;
}

export interface DeliveryOptions {
  readonly userAgentVersion: string;
  /** The source of an endpoint, by its name. */
  readonly sourceOf: (endpoint: string) => string | undefined;
  /** What a subscriber gets for a message: the message itself where that is its body as it came in. */
  readonly payloadOf: (subscriber: Subscriber, message: KeptMessage) => Payload;
  /** Epoch ms. */
  readonly clock?: () => number;
  /** How names are looked up; as the system does by default. */
  readonly resolve?: Resolve;
  /** Of this process (`UV_THREADPOOL_SIZE`); look-ups have half of them. */
  readonly threads?: number | undefined;
}

const noPayload: Outcome = { kind: 'failed', code: 'ERR_NO_PAYLOAD', durationMs: 0 };

export function createDelivery(options: DeliveryOptions): HttpDelivery {
  const { userAgentVersion, sourceOf, payloadOf, clock = Date.now, resolve, threads } = options;
  const connections = createConnections({ resolve, threads });
  const always = { 'user-agent': `callback-relay/${userAgentVersion}`, 'accept-encoding': 'identity' };
  const tokensOf = createTokens({ now: () => performance.now() });
  const prepared = new WeakMap<Subscriber, Prepared>();

  function prepare(subscriber: Subscriber): Prepared {
    const known = prepared.get(subscriber);
    if (known !== undefined) return known;
    const { auth, signing } = subscriber;
    const fresh = {
      headers: { ...ownHeaders(subscriber), ...fixedAuthorization(auth), ...always },
      sign: signing === undefined ? undefined : createSign(signing),
      tokens: auth?.kind === 'oauth2' ? tokensOf({ auth, ...wayOf(subscriber) }) : undefined,
    };
    prepared.set(subscriber, fresh);
    return fresh;
  }

  /**
   * A token's server is reached in the same way as the subscriber. It is asked so seldom that a kept connection would be closed
   * at its end by then.
   */
  function wayOf(subscriber: Subscriber): Pick<TokenPlace, 'way' | 'ask'> {
    return {
      way: connections.connectionsFor(subscriber).key,
      ask: (url, { headers, body }) => {
        const { freshClient } = connections.connectionsFor(subscriber);
        return freshClient.stream(url, { method: 'POST', headers: { ...always, ...headers }, body });
      },
    };
  }

  /** A payload that cannot be made is an outcome as well: the delivery waits for a relay that can, and names its reason. */
  function payloadFor(subscriber: Subscriber, message: KeptMessage): Payload | undefined {
    try {
      return payloadOf(subscriber, message);
    } catch {
      // What went wrong may quote the body.
      return undefined;
    }
  }

  return {
    async attempt(subscriber, message, attempts) {
      const began = performance.now();
      const payload = payloadFor(subscriber, message);
      if (payload === undefined) return noPayload;
      const { url, method, timeoutMs } = subscriber;
      const { headers, sign, tokens } = prepare(subscriber);
      const { client, freshClient, proxied } = connections.connectionsFor(subscriber);
      const elapsedMs = () => performance.now() - began;
      const leftMs = () => timeoutMs - elapsedMs();

      const send = async (authorization: Headers | undefined): Promise<Exchange> => {
        const facts = { message, payload, source: sourceOf(message.endpoint), attempts, at: clock(), sign };
        const request = {
          method,
          headers: { ...headers, ...messageHeaders(facts), ...authorization },
          body: payload.body,
        };
        const exchanged = await exchange(client.stream(url, request), leftMs());
        if (!('stale' in exchanged && exchanged.stale)) return exchanged;
        return exchange(freshClient.stream(url, request), leftMs());
      };
      const exchanged = tokens === undefined ? await send(undefined) : await sendWithToken(tokens, send, leftMs);
      if ('kind' in exchanged) return { ...exchanged, durationMs: elapsedMs() };
      return classify(exchanged, { durationMs: elapsedMs(), now: clock(), proxied });
    },
    keepOnly: connections.keepOnly,
    close: connections.close,
  };
}

/** What is the same for all attempts of a subscriber. */
interface Prepared {
  readonly headers: Headers;
  readonly sign: Sign | undefined;
  readonly tokens: TokenSource | undefined;
}
