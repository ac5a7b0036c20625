import { type EntryId, type Ledger, ledgerDifference } from '@relay/core';
import { createApply } from './apply.ts';
import { type LeftKeys, listLeftKeys } from './audit-keys.ts';
import { type CursorName, lookAtDead, lookAtHeld, lookAtOpen, lookAtPending, type OpenEntry } from './audit-left.ts';
import { type Unsettled, walkLog } from './audit-log.ts';
import type { RedisConnection } from './connect.ts';
import { createFindings, type Finding, type Findings } from './finding.ts';
import { cursorKey } from './keys.ts';
import { readLedger } from './ledger.ts';
import { createMend, type Mendable, type Mended } from './mend.ts';
import { readMessage } from './open.ts';
import { loadScripts, type RunScript } from './scripts.ts';

export interface AuditOptions {
  readonly redis: RedisConnection;
  /** How long records stay, in ms. */
  readonly retentionMs: number;
}

/** An endpoint, and who receives it by the configuration. */
export interface Audited {
  readonly endpoint: string;
  readonly subscribers: readonly string[];
}

export interface Sums {
  readonly ledgers: readonly Ledger[];
  readonly findings: readonly Finding[];
}

export interface DeepLook {
  readonly findings: readonly Finding[];
  /** Everything that waits for a retry: each of it wants an alarm. */
  readonly open: readonly OpenEntry[];
  /** Everybody who may have something open, in the configuration or not. */
  readonly subscribers: readonly string[];
}

/**
 * Looks at the books of an endpoint, and mends them. Looking writes nothing, and never holds Redis up for long. What is seen in
 * one step is one snapshot; what is seen in several may have moved, so a finding counts once a second look shows it, too.
 */
export interface Audit {
  /** Whether the sums add up, and every cursor is there. */
  sums(audited: Audited): Promise<Sums>;
  /** Names of what the endpoints' logs have beside them. Walks the names of all keys once, for all endpoints. */
  leftKeys(): Promise<LeftKeys>;
  /** Walks the log, what waits, what was put aside and the dead letters. `onEntries` hears of every so many entries. */
  deep(audited: Audited, sums: Sums, keys: LeftKeys, onEntries: (count: number) => void): Promise<DeepLook>;
  /** Mends what can be mended of what one look found; answers how much of which. What one mends may let another be mended the next time. */
  mend(found: Mendable): Promise<readonly Mended[]>;
  /** Everything of one cursor that waits for a retry now. */
  open(cursor: CursorName): Promise<readonly OpenEntry[]>;
  /** The messages' ids, as far as they are there. */
  idsOf(endpoint: string, entries: readonly EntryId[]): Promise<string[]>;
}

export function createAudit({ redis, retentionMs }: AuditOptions): Audit {
  const run = loadScripts(redis);

  return {
    sums: (audited) => lookAtSums(redis, run, audited),
    leftKeys: () => listLeftKeys(redis),
    async deep({ endpoint, subscribers }, { ledgers, findings: amiss }, keys, onEntries) {
      const findings = createFindings();
      const bookless = new Set(amiss.filter(({ kind }) => kind === 'no-books').map(({ subscriber }) => subscriber));
      const isSuspect = (ledger: Ledger) => bookless.has(ledger.subscriber) || ledgerDifference(ledger) > 0;
      const suspects = ledgers.filter(isSuspect).map(({ subscriber }) => subscriber);
      const unsettled = await walkLog(run, endpoint, suspects, findings, onEntries);
      for (const ledger of ledgers) {
        const missing = bookless.has(ledger.subscriber) ? Number.POSITIVE_INFINITY : ledgerDifference(ledger);
        addUnsettled(findings, ledger, { unsettled: unsettled.get(ledger.subscriber), missing, retentionMs });
      }
      const names = new Set([...subscribers, ...ledgers.map(({ subscriber }) => subscriber), ...keys.open(endpoint)]);
      const open = [];
      for (const subscriber of names) open.push(...(await lookAtOpen(run, { endpoint, subscriber }, findings)));
      for (const { subscriber } of ledgers) await lookAtPending(run, { endpoint, subscriber }, findings);
      await lookAtHeld(run, endpoint, [...names], keys.held(endpoint), findings);
      for (const subscriber of keys.dead(endpoint)) await lookAtDead(run, { endpoint, subscriber }, findings);
      addLeftOver(findings, { endpoint, subscribers }, ledgers, keys.cursors(endpoint));
      return { findings: findings.all(), open, subscribers: [...names] };
    },
    mend: createMend(redis, run, createApply(redis, run).make),
    open: (cursor) => lookAtOpen(run, cursor, createFindings()),
    idsOf: (endpoint, entries) =>
      Promise.all(entries.map(async (entry) => (await readMessage(redis, endpoint, entry))?.id ?? entry)),
  };
}

async function lookAtSums(redis: RedisConnection, run: RunScript, { endpoint, subscribers }: Audited): Promise<Sums> {
  const findings = createFindings();
  const ledgers = await readLedger(run, endpoint);
  const there = new Set(ledgers.map(({ subscriber }) => subscriber));
  const hasBooks = async (subscriber: string) => (await redis.hexists(cursorKey(endpoint, subscriber), 'base')) === 1;
  for (const ledger of ledgers) {
    const { subscriber } = ledger;
    const difference = ledgerDifference(ledger);
    if (!(await hasBooks(subscriber))) findings.add({ kind: 'no-books', endpoint, subscriber });
    else if (difference !== 0) findings.add({ kind: 'difference', endpoint, subscriber }, [], difference);
    if (!subscribers.includes(subscriber)) findings.add({ kind: 'orphan', endpoint, subscriber });
  }
  for (const subscriber of subscribers) {
    // Without books it was never made: the configuration may be newer than the relay that runs.
    if (!there.has(subscriber) && (await hasBooks(subscriber)))
      findings.add({ kind: 'no-cursor', endpoint, subscriber });
  }
  return { ledgers, findings: findings.all() };
}

/**
 * What the books miss is among these, when no more of them are unsettled; or no more of the young ones, whose records
 * have not expired, where nothing was skipped, which leaves no record. Otherwise nobody can tell. Where the books themselves are
 * gone, everything is: a repeated delivery is allowed, a lost one is not.
 */
function addUnsettled(
  findings: Findings,
  { endpoint, subscriber, skipped }: Ledger,
  {
    unsettled,
    missing,
    retentionMs,
  }: { readonly unsettled: Unsettled | undefined; readonly missing: number; readonly retentionMs: number },
): void {
  if (unsettled === undefined) return;
  const { count, entries } = unsettled;
  const all = entries.length === count;
  const young = entries.filter((entry) => Number.parseInt(entry, 10) > Date.now() - retentionMs);
  if (count <= missing) findings.add({ kind: 'unsettled', endpoint, subscriber }, entries, count);
  else if (all && skipped === 0 && young.length > 0 && young.length <= missing)
    findings.add({ kind: 'unsettled', endpoint, subscriber }, young, young.length);
  else findings.add({ kind: 'untold', endpoint, subscriber }, entries, count);
}

/** A cursor's books without the cursor, of a subscriber that does not receive the endpoint: nobody makes it again. */
function addLeftOver(
  findings: Findings,
  { endpoint, subscribers }: Audited,
  ledgers: readonly Ledger[],
  names: readonly string[],
): void {
  const there = new Set(ledgers.map(({ subscriber }) => subscriber));
  for (const subscriber of names)
    if (!there.has(subscriber) && !subscribers.includes(subscriber))
      findings.add({ kind: 'left-over', endpoint, subscriber });
}
