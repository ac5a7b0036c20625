import type { Endpoint, KeptMessage, Source, SourceName, Subscriber } from '@relay/core';
import type { Payload } from '@relay/delivery';
import { binaryCloudEvent, createSource, jsonPayload, structuredCloudEvent } from '@relay/sources';

/** What goes out for a message: as its subscriber wants it, and as the source of its endpoint reads it. */
export interface Payloads {
  /** Replaces the sources of these endpoints. Those of others stay known: deliveries of theirs may still be open. */
  learn(endpoints: readonly Endpoint[]): void;
  sourceOf(endpoint: string): SourceName | undefined;
  /** Throws for an endpoint that was never learnt. */
  payloadOf(subscriber: Pick<Subscriber, 'payload' | 'redact'>, message: KeptMessage): Payload;
}

export function createPayloads(): Payloads {
  const sources = new Map<string, Known>();

  return {
    learn(endpoints) {
      for (const endpoint of endpoints) {
        sources.set(endpoint.name, { name: endpoint.source, source: createSource({ ...endpoint, verify: nothing }) });
      }
    },
    sourceOf: (endpoint) => sources.get(endpoint)?.name,
    payloadOf({ payload, redact }, message) {
      if (payload === 'raw' && !redact) return message;
      const known = sources.get(message.endpoint);
      if (known === undefined) throw new Error(`nobody knows the source of ${message.endpoint}`);
      const { name, source } = known;
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
  };
}

interface Known {
  readonly name: SourceName;
  readonly source: Source;
}

/** A message that has been kept was verified. */
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };
