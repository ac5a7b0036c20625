import type { Fingerprint, Printed, readFingerprints, Trace } from '@relay/routing';
import { inWordsOfFile } from './plan-values.ts';

type Prints = ReturnType<typeof readFingerprints>;

/** What a file would add to what is in force, take away, and change. */
export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly keys: readonly KeyChange[] }[];
}

/** By key of relay.yaml, and in its words. Of what may be secret only that it changes is told. */
export interface KeyChange {
  readonly key: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A key beside endpoints and subscribers. */
export interface SettingChange extends KeyChange {
  /** Whether processes that run go on as before until they are restarted. */
  readonly takesRestart: boolean;
}

/** What services read once, when they start. */
const readAtStart = /^(?:redis|ingest\.spool|ingest\.operations|worker\.operations)(?:\.|$)/;

/** None where an older worker, which did not write settings down, has applied last. */
export function settingChanges(before: Prints, after: Prints): readonly SettingChange[] {
  const [was, is] = [settingsIn(before), settingsIn(after)];
  if (was === undefined || is === undefined) return [];
  return keyChanges(was, is).map((change) => ({ ...change, takesRestart: readAtStart.test(change.key) }));
}

function settingsIn(prints: Prints): Fingerprint | undefined {
  return ofKind('settings', prints).values().next().value;
}

export function changesOf(kind: 'endpoint' | 'subscriber', before: Prints, after: Prints): Changes {
  const [was, is] = [ofKind(kind, before), ofKind(kind, after)];
  return {
    added: [...is.keys()].filter((name) => !was.has(name)),
    // Redis keeps them in no order.
    removed: [...was.keys()].filter((name) => !is.has(name)).sort(),
    changed: [...is].flatMap(([name, print]) => {
      const old = was.get(name) ?? print;
      const keys = keyChanges(old, print).filter(({ key }) => !isNetwork(key) || !followsUsual(old, print));
      return keys.length === 0 ? [] : [{ name, keys }];
    }),
  };

  /** Whether a subscriber changes its network only as the top of the file does, which is told once. */
  function followsUsual(old: Fingerprint, next: Fingerprint): boolean {
    const [wasUsual, isUsual] = [settingsIn(before)?.network, settingsIn(after)?.network];
    return wasUsual !== undefined && isSame(old.network, wasUsual) && isSame(next.network, isUsual);
  }
}

function isNetwork(key: string): boolean {
  return key === 'network' || key.startsWith('network.');
}

function ofKind(wanted: Printed['kind'], prints: Prints): ReadonlyMap<string, Fingerprint> {
  return new Map([...prints.values()].flatMap(({ kind, name, print }) => (kind === wanted ? [[name, print]] : [])));
}

function keyChanges(before: Fingerprint, after: Fingerprint): readonly KeyChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    return isSame(was, is) ? [] : inWordsOfFile({ key, ...shown('from', was, is), ...shown('to', is, was) });
  });
}

function isSame(one: Trace | undefined, other: Trace | undefined): boolean {
  return one?.hash === other?.hash && JSON.stringify(one?.value) === JSON.stringify(other?.value);
}

/** Two equal values beside different hashes would say that nothing changes. */
function shown(as: 'from' | 'to', trace: Trace | undefined, other: Trace | undefined): object {
  if (trace?.value === undefined || JSON.stringify(trace.value) === JSON.stringify(other?.value)) return {};
  return { [as]: trace.value };
}
