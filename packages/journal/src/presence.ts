import type { EndpointStanding } from '@relay/core';
import { naming } from './broken-log.ts';
import type { RedisConnection } from './connect.ts';
import { type Pruned, pruneCursor, readCursors } from './cursors.ts';
import { type InForce, readInForce, writeInForce } from './in-force.ts';
import type { Journal } from './journal.ts';
import { logKey } from './keys.ts';
import { loadScripts } from './scripts.ts';

export interface PresenceOptions {
  readonly redis: RedisConnection;
  /** Of the same Redis. */
  readonly journal: Pick<Journal, 'ask'>;
}

/** Which cursors are named by a configuration in force, what became of those that are not, and what else these configurations say. */
export interface Presence {
  /** Says that this process runs, and that its configuration names these cursors of the endpoint, and no others. */
  stamp(endpoint: string, subscribers: readonly string[]): Promise<void>;
  /** Every cursor that has books, in a configuration or not. */
  cursors(endpoint: string): Promise<EndpointStanding>;
  /** Deletes a cursor that no process which runs names: what it had not settled counts as discarded. Its dead letters stay, unless they are to go. */
  prune(endpoint: string, subscriber: string, going: { readonly deadLetters: boolean }): Promise<Pruned>;
  /** Writes down what configuration is in force. */
  noteInForce(textsWith: (salt: string) => ReadonlyMap<string, string>): Promise<void>;
  inForce(): Promise<InForce>;
}

export function createPresence({ redis, journal }: PresenceOptions): Presence {
  const run = loadScripts(redis);

  function ask<T>(endpoint: string, asking: () => Promise<T>): Promise<T> {
    return naming(endpoint, journal.ask(endpoint, asking));
  }

  return {
    async stamp(endpoint, subscribers) {
      await ask(endpoint, () => run('relayStamp', [logKey(endpoint)], ['', ...subscribers]));
    },
    cursors: (endpoint) => ask(endpoint, () => readCursors(run, endpoint)),
    prune: (endpoint, subscriber, going) => ask(endpoint, () => pruneCursor(run, endpoint, subscriber, going)),
    noteInForce: (textsWith) => writeInForce(redis, textsWith),
    inForce: () => readInForce(redis),
  };
}
