import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a command was called, which is all it knows of the world around it. */
export interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The configuration's path: the one given, else what RELAY_CONFIG names, else relay.yaml. */
export function configurationFile({ folder, environment }: Place, given?: string): string {
  return given ?? environment.RELAY_CONFIG ?? resolve(folder, 'relay.yaml');
}

/** Where `relay up` notes the address of the Redis that it started, for the commands in other terminals. */
export function noteOfRedisUrl({ folder }: Place): string {
  return resolve(folder, '.relay/redis.url');
}

/** The address noted by `relay up`, or undefined. */
export function notedRedisUrl(place: Place): string | undefined {
  try {
    return readFileSync(noteOfRedisUrl(place), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
