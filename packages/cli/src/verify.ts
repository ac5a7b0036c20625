import type { Configuration } from '@relay/config';
import { type Ledger, ledgerDifference } from '@relay/core';
import { type Audit, type Audited, createAudit, type Journal } from '@relay/journal';
import type { Retries } from '@relay/retries';
import { openConfigurationToLook } from './configuration.ts';
import { Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import { knownEndpoints } from './known-endpoints.ts';
import { createLiveLine } from './live-line.ts';
import type { Place } from './place.ts';
import { withRetries } from './retries.ts';
import { table } from './table.ts';
import { type Amiss, isNote, meanings } from './verify-kinds.ts';
import { lookTwice } from './verify-look.ts';
import { mend } from './verify-mend.ts';

export interface VerifyOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly deep?: boolean;
  readonly repair?: boolean;
  readonly json?: boolean;
}

interface Verified {
  readonly audit: Audit;
  readonly ledgers: readonly Ledger[];
  /** What does not add up. */
  readonly findings: readonly Amiss[];
  readonly notes: readonly Amiss[];
  readonly mended: readonly Amiss[];
}

/** What one round mends may let more be mended in the next. */
const mostRounds = 3;
/** Of each finding, for people. */
const mostIdsShown = 5;

/** Says whether the books add up, and where not; hands back what was left lying when asked to. */
export async function verify({
  place,
  config,
  deep = false,
  repair = false,
  json = false,
}: VerifyOptions): Promise<void> {
  const configuration = await openConfigurationToLook(place, config);
  const isDeep = deep || repair;
  const wrong = await withJournal({ place, config, configuration }, async (journal, redis) => {
    const verified = await withRetries(redis, (retries) => {
      const audit = createAudit({ redis, retentionMs: configuration.retentionMs });
      return lookAndMend(configuration, journal, { audit, retries, isDeep, repair });
    });
    console.log(json ? JSON.stringify(await asJson(verified, isDeep)) : await describe(verified, isDeep));
    return verified.findings.length;
  });
  if (wrong > 0) throw new Failure(whatNow(wrong, isDeep, repair));
}

interface Means {
  readonly audit: Audit;
  readonly retries: Retries;
  readonly isDeep: boolean;
  readonly repair: boolean;
}

async function lookAndMend(
  configuration: Configuration,
  journal: Journal,
  { audit, retries, isDeep, repair }: Means,
): Promise<Verified> {
  const live = createLiveLine();
  let looked = 0;
  live.show(() => (isDeep ? `looked at ${looked} messages` : ''));
  const audited = await auditedOf(configuration, journal);
  const onEntries = (count: number) => {
    looked += count;
  };
  const ordered = new Set(configuration.subscribers.flatMap(({ name, order }) => (order === undefined ? [] : [name])));
  const options = { audit, retries, audited, ordered, deep: isDeep, onEntries };
  try {
    let look = await lookTwice(options);
    const mended: Amiss[] = [];
    for (let round = 0; repair && round < mostRounds; round += 1) {
      const now = await mend(audit, retries, look);
      if (now.length === 0) break;
      mended.push(...now);
      look = await lookTwice(options);
    }
    const findings = look.amiss.filter((amiss) => !isNote(amiss));
    return { audit, ledgers: look.ledgers, findings, notes: look.amiss.filter(isNote), mended };
  } finally {
    live.end();
  }
}

/** Also the endpoints that have left the configuration. */
async function auditedOf({ endpoints, subscribers }: Configuration, journal: Journal): Promise<Audited[]> {
  return (await knownEndpoints({ endpoints }, journal)).map((endpoint) => ({
    endpoint,
    subscribers: subscribers.filter((one) => one.endpoints.includes(endpoint)).map(({ name }) => name),
  }));
}

async function asJson({ audit, ledgers, findings, notes, mended }: Verified, deep: boolean): Promise<object> {
  const list = (some: readonly Amiss[]) =>
    Promise.all(
      some.map(async ({ entries, ...amiss }) => ({ ...amiss, ids: await audit.idsOf(amiss.endpoint, entries) })),
    );
  return {
    fine: findings.length === 0,
    deep,
    ledgers: ledgers.map((ledger) => ({ ...ledger, difference: ledgerDifference(ledger) })),
    findings: await list(findings),
    notes: await list(notes),
    mended: await list(mended),
  };
}

async function describe({ audit, ledgers, findings, notes, mended }: Verified, deep: boolean): Promise<string> {
  const parts = [booksTable(ledgers)];
  for (const [title, some] of [
    ['Repaired', mended],
    ['Does not add up', findings],
    ['Notes', notes],
  ] as const) {
    if (some.length > 0) parts.push(`${title}:\n${await amissTable(audit, some)}`);
  }
  if (findings.length === 0)
    parts.push(deep ? 'Everything adds up.' : 'The sums add up. --deep looks at every message.');
  return parts.join('\n\n');
}

function booksTable(ledgers: readonly Ledger[]): string {
  const numbers = ['read', 'skipped', 'delivered', 'dead', 'discarded', 'open', 'pending'] as const;
  const rows = ledgers.map((ledger) => [
    ledger.endpoint,
    ledger.subscriber,
    ...numbers.map((name) => String(ledger[name])),
    String(ledgerDifference(ledger)),
  ]);
  return table(['endpoint', 'subscriber', ...numbers, 'difference'], rows, [...numbers, 'difference']);
}

async function amissTable(audit: Audit, some: readonly Amiss[]): Promise<string> {
  const rows = await Promise.all(
    some.map(async ({ kind, endpoint, subscriber = '', count, entries }) => {
      const shown = await audit.idsOf(endpoint, entries.slice(0, mostIdsShown));
      const ids = entries.length > mostIdsShown ? [...shown, '…'] : shown;
      return [kind, endpoint, subscriber, String(count), meanings[kind], ids.join(' ')];
    }),
  );
  return table(['finding', 'endpoint', 'subscriber', 'count', 'is', 'messages'], rows, ['count']);
}

function whatNow(wrong: number, deep: boolean, repair: boolean): string {
  const found = wrong === 1 ? 'One thing does not add up' : `${wrong} things do not add up`;
  if (repair) return `${found} and could not be mended: docs/ledger.md says what each means.`;
  const more = deep ? '' : '--deep looks at every message, ';
  return `${found}: ${more}--repair mends what can be mended, docs/ledger.md says what each means.`;
}
