import type { Decoded, Endpoint, KeptMessage, Source, SourceName, Subscriber } from '@relay/core';
import type { Payload } from '@relay/delivery';
import { binaryCloudEvent, createSource, jsonPayload, structuredCloudEvent } from '@relay/sources';

/** What goes out for a message, and what filters look at: as its subscriber wants it, and as the source of its endpoint reads it. */
export interface Payloads {
  /** Replaces the sources of these endpoints. Those of others stay known: deliveries of theirs may still be open. */
  learn(endpoints: readonly Endpoint[]): void;
  sourceOf(endpoint: string): SourceName | undefined;
  /** Throws for an endpoint that was never learnt. */
  payloadOf(subscriber: Pick<Subscriber, 'payload' | 'redact'>, message: KeptMessage): Payload;
  /** Throws for an endpoint that was never learnt. */
  decode(message: Pick<KeptMessage, 'endpoint' | 'body' | 'contentType'>): Decoded;
}

export function createPayloads(): Payloads {
  const sources = new Map<string, Known>();

  function known(endpoint: string): Known {
    const found = sources.get(endpoint);
    if (found === undefined) throw new Error(`nobody knows the source of ${endpoint}`);
    return found;
  }

  return {
    learn(endpoints) {
      for (const endpoint of endpoints) {
        sources.set(endpoint.name, { name: endpoint.source, source: createSource({ ...endpoint, verify: nothing }) });
      }
    },
    sourceOf: (endpoint) => sources.get(endpoint)?.name,
    payloadOf({ payload, redact }, message) {
      if (payload === 'raw' && !redact) return message;
      const { name, source } = known(message.endpoint);
      const told = redact ? { ...message, body: source.redact(message.body) } : message;
      switch (payload) {
        case 'raw':
          return told;
        case 'json':
          return { body: jsonPayload(source, name, message), contentType: 'application/json' };
        case 'cloudevents':
          return { body: structuredCloudEvent(source, name, told), contentType: 'application/cloudevents+json' };
        case 'cloudevents-binary': {
          const { contentType, headers } = binaryCloudEvent(source, name, told);
          return { body: told.body, contentType, payloadHeaders: headers };
        }
      }
    },
    decode: ({ endpoint, body, contentType }) => known(endpoint).source.decode(body, contentType),
  };
}

interface Known {
  readonly name: SourceName;
  readonly source: Source;
}

/** A message that has been kept was verified. */
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };
