import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';

const sources = {
  relayHoldChange: 'change',
  relayHoldTakeProbe: 'take-probe',
  relayHoldEndProbe: 'end-probe',
  relayHoldRestore: 'restore',
} as const;

type Name = keyof typeof sources;

/** Runs one of the scripts on one key. */
export type RunScript = (name: Name, key: string, values: readonly (string | number)[]) => Promise<number>;

/** Teaches the connection every script (sent by its SHA, again in full when Redis has forgotten it). */
export function loadScripts(redis: Redis | Cluster): RunScript {
  for (const [name, file] of Object.entries(sources)) {
    redis.defineCommand(name, { lua: readFileSync(new URL(`${file}.lua`, import.meta.url), 'utf8'), numberOfKeys: 1 });
  }
  const commands = redis as unknown as Record<string, (...values: (string | number)[]) => Promise<number>>;
  return async (name, key, values) => {
    const command = commands[name];
    if (command === undefined) throw new Error(`the script ${name} is not loaded`);
    return command.call(redis, key, ...values);
  };
}
