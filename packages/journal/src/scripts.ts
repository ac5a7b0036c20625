import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './connect.ts';

const sources = {
  relayApply: ['entry', 'presence', 'apply'],
  relayStamp: ['entry', 'stamp'],
  relayCursors: ['entry', 'presence', 'give-up', 'cursors'],
  relayPrune: ['entry', 'presence', 'give-up', 'prune'],
  relayKeep: ['entry', 'buckets', 'sightings', 'keep'],
  relaySettle: ['entry', 'settle'],
  relayTrim: ['entry', 'give-up', 'trim'],
  relayLedger: ['entry', 'ledger'],
  relayHolds: ['entry', 'holds'],
  relayClaim: ['claim'],
  relayLease: ['entry', 'lease'],
  relayLeaseEnd: ['entry', 'lease-end'],
  relayReplay: ['entry', 'audit', 'over', 'replay'],
  relayReplayLook: ['entry', 'audit', 'over', 'replay-look'],
  relayDeadList: ['entry', 'dead-list'],
  relayDeadReplay: ['entry', 'audit', 'over', 'dead-replay'],
  relayDeadDiscard: ['entry', 'audit', 'over', 'dead-discard'],
  relaySkipWaiting: ['entry', 'audit', 'over', 'skip-waiting'],
  relaySkipRead: ['entry', 'audit', 'over', 'skip-read'],
  relayRetire: ['entry', 'retire'],
  relayAuditLog: ['entry', 'audit', 'audit-log'],
  relayAuditOpen: ['entry', 'audit', 'audit-open'],
  relayAuditPending: ['entry', 'audit', 'audit-pending'],
  relayAuditHeld: ['entry', 'audit', 'audit-held'],
  relayAuditDead: ['entry', 'audit-dead'],
  relayMendUnsettled: ['entry', 'audit', 'mend-unsettled'],
  relayMendBodiless: ['entry', 'audit', 'mend-bodiless'],
  relayMendHeld: ['entry', 'audit', 'mend-held'],
  relayMendBooks: ['entry', 'audit', 'mend-books'],
} as const;

type Name = keyof typeof sources;
type Argument = string | number | Buffer;

/** Runs one of the journal's Lua scripts; replies come as buffers, so that bytes stay bytes. */
export type RunScript = (name: Name, keys: readonly string[], values: readonly Argument[]) => Promise<unknown>;

/** Teaches the connection every script (sent by its SHA, again in full when Redis has forgotten it). */
export function loadScripts(redis: RedisConnection): RunScript {
  for (const [name, files] of Object.entries(sources)) redis.defineCommand(name, { lua: luaOf(files) });
  const commands = redis as unknown as Record<string, (...values: Argument[]) => Promise<unknown>>;
  return async (name, keys, values) => {
    const command = commands[`${name}Buffer`];
    if (command === undefined) throw new Error(`the script ${name} is not loaded`);
    return command.call(redis, keys.length, ...keys, ...values);
  };
}

/** A script for those who send it themselves. */
export function scriptOf(name: Name): { readonly lua: string; readonly sha: string } {
  const lua = luaOf(sources[name]);
  return { lua, sha: hash('sha1', lua) };
}

function luaOf(files: readonly string[]): string {
  return files.map((file) => readFileSync(new URL(`${file}.lua`, import.meta.url), 'utf8')).join('\n');
}
