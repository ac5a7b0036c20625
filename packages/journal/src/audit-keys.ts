import type { EntryId } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { primaries } from './nodes.ts';

/** What the endpoints' logs have beside them, by name alone. */
export interface LeftKeys {
  /** Subscribers that have books there. */
  cursors(endpoint: string): readonly string[];
  /** Subscribers for whom something is open. */
  open(endpoint: string): readonly string[];
  /** Subscribers that have dead letters. */
  dead(endpoint: string): readonly string[];
  /** Bodies that were put aside. */
  held(endpoint: string): readonly EntryId[];
}

/** Looked through in one call. */
const namesAtOnce = 1_000;
/** Neither records, dedup entries nor look-ups: those are most of the names. */
const pattern = 'relay:{*}:[^rsf]*';
const shape = /^relay:\{(?<endpoint>.+)\}:(?<kind>cursor|open|dead|held):(?<rest>.+)$/;

/** Walks the names of all keys, in steps. */
export async function listLeftKeys(redis: RedisConnection): Promise<LeftKeys> {
  const found = new Map<string, Set<string>>();
  for (const [, node] of primaries(redis)) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', namesAtOnce);
      for (const key of keys) note(found, key);
      cursor = next;
    } while (cursor !== '0');
  }
  const list = (kind: string, endpoint: string) => [...(found.get(`${kind} ${endpoint}`) ?? [])];
  return {
    cursors: (endpoint) => list('cursor', endpoint),
    open: (endpoint) => list('open', endpoint),
    dead: (endpoint) => list('dead', endpoint),
    held: (endpoint) => list('held', endpoint) as EntryId[],
  };
}

function note(found: Map<string, Set<string>>, key: string): void {
  const { endpoint, kind, rest = '' } = shape.exec(key)?.groups ?? {};
  if (endpoint === undefined) return;
  const name = `${kind} ${endpoint}`;
  found.set(name, (found.get(name) ?? new Set()).add(rest));
}
