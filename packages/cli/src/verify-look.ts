import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@relay/core';
import type { Audit, Audited, OpenEntry } from '@relay/journal';
import { type Alarm, alarmId, type Retries } from '@relay/retries';
import { type Amiss, isNote } from './verify-kinds.ts';

/** A running worker would have set a lost alarm after as long, in ms. */
const alarmMissingAfterMs = 30_000;
/** What moves is somewhere else after as long, in ms. */
const betweenLooksMs = 1_000;

export interface LookOptions {
  readonly audit: Audit;
  readonly retries: Pick<Retries, 'alarms'>;
  readonly audited: readonly Audited[];
  /** Subscribers whose deliveries wait in their lines, without alarms. */
  readonly ordered: ReadonlySet<string>;
  readonly deep: boolean;
  /** Told of every so many entries that were looked at. */
  readonly onEntries: (count: number) => void;
}

/** What one look at all books has shown. */
export interface Look {
  readonly ledgers: readonly Ledger[];
  readonly amiss: readonly Amiss[];
  readonly open: readonly OpenEntry[];
  /** Per endpoint, who may have something open. */
  readonly subscribers: ReadonlyMap<string, readonly string[]>;
}

/** Looks; where something is amiss looks once more, and answers what was amiss both times. */
export async function lookTwice(options: LookOptions): Promise<Look> {
  const first = await lookOnce(options);
  if (first.amiss.every(isNote)) return first;
  await sleep(betweenLooksMs);
  const second = await lookOnce(options);
  return { ...second, amiss: second.amiss.flatMap((amiss) => seenTwice(first.amiss, amiss) ?? []) };
}

async function lookOnce({ audit, retries, audited, ordered, deep, onEntries }: LookOptions): Promise<Look> {
  const keys = deep ? await audit.leftKeys() : undefined;
  const ledgers: Ledger[] = [];
  const amiss: Amiss[] = [];
  const open: OpenEntry[] = [];
  const subscribers = new Map<string, readonly string[]>();
  for (const one of audited) {
    const sums = await audit.sums(one);
    ledgers.push(...sums.ledgers);
    amiss.push(...sums.findings);
    if (keys === undefined) continue;
    const look = await audit.deep(one, sums, keys, onEntries);
    amiss.push(...look.findings);
    open.push(...look.open);
    subscribers.set(one.endpoint, look.subscribers);
  }
  if (deep) amiss.push(...(await lookAtAlarms(retries, open, { audited, ordered })));
  return { ledgers, amiss, open, subscribers };
}

async function lookAtAlarms(
  retries: Pick<Retries, 'alarms'>,
  open: readonly OpenEntry[],
  { audited, ordered }: Pick<LookOptions, 'audited' | 'ordered'>,
): Promise<Amiss[]> {
  const names = [...open.map(({ subscriber }) => subscriber), ...audited.flatMap(({ subscribers }) => subscribers)];
  const amiss: Amiss[] = [];
  for (const name of new Set(names)) {
    const own = open.filter(({ subscriber }) => subscriber === name);
    const found = await compareAlarms(name, own, retries.alarms(name));
    amiss.push(...found.filter(({ kind }) => kind !== 'no-alarm' || !ordered.has(name)));
  }
  return amiss;
}

async function compareAlarms(
  subscriber: string,
  open: readonly OpenEntry[],
  alarms: ReturnType<Retries['alarms']>,
): Promise<Amiss[]> {
  const lateSince = Date.now() - alarmMissingAfterMs;
  const wanted = new Set(open.map(alarmOf));
  const set = new Set<string>();
  const idle: Alarm[] = [];
  for await (const alarm of alarms) {
    const id = alarmId(alarm);
    set.add(id);
    if (!wanted.has(id)) idle.push(alarm);
  }
  const silent = open.filter((one) => one.dueAt < lateSince && !set.has(alarmOf(one)));
  return [...byEndpoint('alarm-for-nothing', subscriber, idle), ...byEndpoint('no-alarm', subscriber, silent)];
}

function byEndpoint(
  kind: Amiss['kind'],
  subscriber: string,
  some: readonly Pick<Alarm, 'endpoint' | 'entry'>[],
): Amiss[] {
  return [...Map.groupBy(some, ({ endpoint }) => endpoint)].map(([endpoint, those]) => {
    return { kind, endpoint, subscriber, entries: those.map(({ entry }) => entry), count: those.length };
  });
}

function alarmOf({ endpoint, entry, generation }: OpenEntry): string {
  return alarmId({ endpoint, entry, generation });
}

/** What of it was amiss before as well. */
function seenTwice(before: readonly Amiss[], now: Amiss): Amiss | undefined {
  const then = before.find(
    ({ kind, endpoint, subscriber }) => kind === now.kind && endpoint === now.endpoint && subscriber === now.subscriber,
  );
  if (then === undefined) return undefined;
  const listed = new Set(then.entries);
  const entries = now.entries.filter((entry) => listed.has(entry));
  const isListed = now.entries.length === now.count && then.entries.length === then.count;
  if (!isListed) return { ...now, entries };
  return entries.length === 0 ? undefined : { ...now, entries, count: entries.length };
}
