import type { EntryId, LogPlan } from '@relay/core';
import { strandedAfterMs } from './audit-left.ts';
import { handedBackMs } from './claim.ts';
import type { RedisConnection } from './connect.ts';
import type { AuditKind, Finding } from './finding.ts';
import { logKey } from './keys.ts';
import type { RunScript } from './scripts.ts';

/** Mended in one call. */
const atOnce = 100;

/** What is amiss, and who may have something open. */
export interface Mendable {
  readonly findings: readonly Finding[];
  readonly subscribers: readonly string[];
}

/** A finding, and how much of it was mended. */
export interface Mended {
  readonly finding: Finding;
  readonly count: number;
}

/**
 * Mends what can be mended. Each script looks once more before it changes anything, so that nothing which moved meanwhile is
 * touched, and mending twice is mending once. The books are closed last, and never over what may still be made.
 */
export function createMend(
  redis: RedisConnection,
  run: RunScript,
  make: (missing: readonly LogPlan[]) => Promise<readonly unknown[]>,
): (found: Mendable) => Promise<readonly Mended[]> {
  async function inSteps(
    entries: readonly EntryId[],
    act: (some: readonly EntryId[]) => Promise<unknown>,
  ): Promise<number> {
    let mended = 0;
    for (let from = 0; from < entries.length; from += atOnce) {
      mended += ((await act(entries.slice(from, from + atOnce))) as unknown[]).length;
    }
    return mended;
  }

  async function mendOne(
    { kind, endpoint, subscriber = '', count, entries }: Finding,
    subscribers: readonly string[],
  ): Promise<number> {
    const log = [logKey(endpoint)];
    switch (kind) {
      case 'no-cursor':
        // Its books are there, and say where it goes on.
        return (await make([{ endpoint, dedupMs: 0, cursors: [{ subscriber, from: { kind: 'beginning' } }] }]))
          .length === 0
          ? 1
          : 0;
      case 'unsettled':
        return inSteps(entries, (some) => run('relayMendUnsettled', log, [subscriber, ...some]));
      case 'no-body':
        return inSteps(entries, (some) => run('relayMendBodiless', log, [subscriber, strandedAfterMs, ...some]));
      case 'held-for-fewer':
      case 'held-for-more':
        return inSteps(entries, (some) => run('relayMendHeld', log, [subscribers.length, ...subscribers, ...some]));
      case 'stranded':
        return inSteps(entries, (some) => handBackStranded(redis, endpoint, subscriber, some));
      case 'difference':
      case 'no-books':
        return (await run('relayMendBooks', log, [subscriber, count])) as number;
      case 'untold':
      case 'unread-missing':
      case 'read-missing':
      case 'repeated-ordinal':
      case 'empty-letter':
      case 'orphan':
      case 'left-over':
        return 0;
    }
  }

  return async ({ findings, subscribers }) => {
    const unclear = new Set(findings.filter(({ kind }) => kind === 'unsettled' || kind === 'untold').map(cursorOf));
    const closing = findings.filter(({ kind }) => closesBooks.has(kind));
    const others = findings.filter((finding) => !closing.includes(finding));
    const mended: Mended[] = [];
    for (const finding of [...others, ...closing.filter((one) => !unclear.has(cursorOf(one)))]) {
      const count = await mendOne(finding, subscribers);
      if (count > 0) mended.push({ finding, count });
    }
    return mended;
  };
}

const closesBooks: ReadonlySet<AuditKind> = new Set<AuditKind>(['difference', 'no-books']);

function cursorOf({ endpoint, subscriber }: Finding): string {
  return `${endpoint}\n${subscriber}`;
}

/** Leaves them under the name of the consumer that had them: only how long nobody has touched them changes. */
async function handBackStranded(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  entries: readonly EntryId[],
): Promise<EntryId[]> {
  const handedBack: EntryId[] = [];
  for (const entry of entries) {
    const [pending] = (await redis.call('XPENDING', logKey(endpoint), subscriber, entry, entry, 1)) as [
      string,
      string,
    ][];
    if (pending === undefined) continue;
    const claim = [logKey(endpoint), subscriber, pending[1], strandedAfterMs, entry, 'IDLE', handedBackMs, 'JUSTID'];
    const claimed = (await redis.call('XCLAIM', ...claim)) as EntryId[];
    handedBack.push(...claimed);
  }
  return handedBack;
}
