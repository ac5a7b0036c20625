import type { Configuration } from '@relay/config';
import type { Subscriber } from '@relay/core';
import type { Lane } from './lane.ts';

/** The lanes of this process: one for each subscriber of the configuration in force. */
export interface Lanes {
  /** By the names of their subscribers. */
  readonly all: ReadonlyMap<string, Lane>;
  /** Nobody's while stopping: an alarm that has waited for its place would only begin then. */
  heard(subscriber: string): Lane | undefined;
  receiving(endpoint: string): readonly Lane[];
  /** Ends the lanes of those that are named no more and answers who they were; changes the others, and makes those that are new. */
  change(configuration: Configuration, create: (subscriber: Subscriber) => Lane): readonly string[];
  /** Anything may be new. */
  lookAtAll(): void;
  /** Anything may be pending that nobody carries. */
  claimAll(): void;
  /** Ms after which every attempt that has begun is over. */
  longestTimeoutMs(): number;
}

export function createLanes(stopping: AbortSignal): Lanes {
  const lanes = new Map<string, Lane>();
  let receivers = new Map<string, readonly Lane[]>();

  function endOthers(subscribers: readonly Subscriber[]): readonly string[] {
    const names = new Set(subscribers.map(({ name }) => name));
    const left = [...lanes.keys()].filter((name) => !names.has(name));
    for (const name of left) {
      void lanes.get(name)?.forward.stop();
      lanes.delete(name);
    }
    return left;
  }

  function receiversOf(endpoint: string): readonly Lane[] {
    return [...lanes.values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint));
  }

  return {
    all: lanes,
    heard: (subscriber) => (stopping.aborted ? undefined : lanes.get(subscriber)),
    receiving: (endpoint) => receivers.get(endpoint) ?? [],
    change({ endpoints, subscribers }, create) {
      const left = endOthers(subscribers);
      for (const subscriber of subscribers) {
        const lane = lanes.get(subscriber.name);
        if (lane !== undefined) lane.change(subscriber);
        else lanes.set(subscriber.name, create(subscriber));
      }
      receivers = new Map(endpoints.map(({ name }) => [name, receiversOf(name)]));
      return left;
    },
    lookAtAll() {
      for (const { subscriber, forward } of lanes.values()) forward.look(subscriber.endpoints);
    },
    claimAll() {
      for (const { subscriber, forward } of lanes.values()) forward.claim(subscriber.endpoints);
    },
    longestTimeoutMs: () => Math.max(0, ...[...lanes.values()].map(({ subscriber }) => subscriber.timeoutMs)),
  };
}
