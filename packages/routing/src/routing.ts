import type { KeptMessage, Subscriber } from '@relay/core';

/** Which messages a subscriber wants, compiled once per configuration. */
export interface Routing {
  /** False as well for a subscriber that this configuration does not know. */
  wants(subscriber: Pick<Subscriber, 'name'>, message: Pick<KeptMessage, 'endpoint'>): boolean;
}

export function createRouting(subscribers: readonly Pick<Subscriber, 'name' | 'endpoints'>[]): Routing {
  const received = new Map(subscribers.map(({ name, endpoints }) => [name, new Set(endpoints)]));
  return {
    wants: ({ name }, { endpoint }) => received.get(name)?.has(endpoint) ?? false,
  };
}
