import type { KeyObject } from 'node:crypto';
import type { Attempts, KeptMessage, Outcome, Subscriber } from '@relay/core';
import { got } from 'got';
import { createAgents } from './agents.ts';
import { classify } from './classify.ts';
import { exchange } from './exchange.ts';
import { type Headers, messageHeaders, type Payload } from './headers.ts';
import { leanRequest } from './lean-request.ts';
import { signingKey } from './sign.ts';

/** Makes attempts: one HTTP request for one message to one subscriber. */
export interface HttpDelivery {
  /** `attempts` are those made before. What the network does is an outcome; it never rejects because of it. */
  attempt(subscriber: Subscriber, message: KeptMessage, attempts: Attempts): Promise<Outcome>;
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
}

/** An agent of Node's for a single request. */
const freshConnection = { http: false, https: false } as const;

const noPayload: Outcome = { kind: 'failed', code: 'ERR_NO_PAYLOAD', durationMs: 0 };

export function createDelivery(options: DeliveryOptions): HttpDelivery {
  const { userAgentVersion, sourceOf, payloadOf, clock = Date.now } = options;
  const agents = createAgents();
  const client = got.extend({
    method: 'POST',
    agent: { http: agents.http, https: agents.https },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    request: leanRequest,
  });
  const always = { 'user-agent': `callback-relay/${userAgentVersion}`, 'accept-encoding': 'identity' };
  const prepared = new WeakMap<Subscriber, Prepared>();

  function prepare(subscriber: Subscriber): Prepared {
    const known = prepared.get(subscriber);
    if (known !== undefined) return known;
    const fresh = { keys: secretsOf(subscriber).map(signingKey), headers: { ...ownHeaders(subscriber), ...always } };
    prepared.set(subscriber, fresh);
    return fresh;
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
      const at = clock();
      const { keys, headers } = prepare(subscriber);
      const facts = { message, payload, source: sourceOf(message.endpoint), attempts, at, keys };
      const request = { headers: { ...headers, ...messageHeaders(facts) }, body: payload.body };
      const elapsedMs = () => performance.now() - began;

      let exchanged = await exchange(client.stream(subscriber.url, request), subscriber.timeoutMs);
      if ('stale' in exchanged && exchanged.stale) {
        const again = client.stream(subscriber.url, { ...request, agent: freshConnection });
        exchanged = await exchange(again, subscriber.timeoutMs - elapsedMs());
      }
      return classify(exchanged, { durationMs: elapsedMs(), now: clock() });
    },
    close: agents.destroy,
  };
}

function secretsOf({ signing }: Subscriber): readonly string[] {
  return signing?.kind === 'standard-webhooks' ? signing.secrets : [];
}

/** What is the same for all attempts of a subscriber. */
interface Prepared {
  readonly keys: readonly KeyObject[];
  readonly headers: Headers;
}

/** Lower case and first in line, so that the relay's replace them; where the relay has nothing to say, they must not speak for it. */
function ownHeaders({ headers }: Subscriber): Headers {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => !/^(relay|webhook)-/.test(name)));
}
