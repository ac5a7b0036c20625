import type { Endpoint, KeptMessage, SourceName, Subscriber } from '@relay/core';
import type { Payload } from '@relay/delivery';
import { type BodySource, createSource, createUnknownSource, jsonPayload } from '@relay/sources';

/** What goes out for a message: as its subscriber wants it, and as the source of its endpoint reads it. */
export interface Payloads {
  /** Replaces the sources of these endpoints. Those of others stay known: deliveries of theirs may still be open. */
  learn(endpoints: readonly Endpoint[]): void;
  sourceOf(endpoint: string): SourceName | undefined;
  payloadOf(subscriber: Pick<Subscriber, 'payload' | 'redact'>, message: KeptMessage): Payload;
}

export function createPayloads(): Payloads {
  const unknown: Known = { name: undefined, source: createUnknownSource() };
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
      const { name, source } = sources.get(message.endpoint) ?? unknown;
      switch (payload) {
        case 'raw':
          return { body: source.redact(message.body), contentType: message.contentType };
        case 'json':
          return { body: jsonPayload(source, name, message), contentType: 'application/json' };
      }
    },
  };
}

interface Known {
  readonly name: SourceName | undefined;
  readonly source: BodySource;
}

/** A message that has been kept was verified. */
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };
