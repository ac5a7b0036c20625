import type { Fingerprint, Printed, readFingerprints, Trace } from '@relay/routing';

type Prints = ReturnType<typeof readFingerprints>;

/** What a file would add to what is in force, take away, and change. */
export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly keys: readonly KeyChange[] }[];
}

/** Of what may be secret only that it changes is told. */
export interface KeyChange {
  readonly key: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export function changesOf(kind: Printed['kind'], before: Prints, after: Prints): Changes {
  const [was, is] = [ofKind(kind, before), ofKind(kind, after)];
  return {
    added: [...is.keys()].filter((name) => !was.has(name)),
    // Redis keeps them in no order.
    removed: [...was.keys()].filter((name) => !is.has(name)).sort(),
    changed: [...is].flatMap(([name, print]) => {
      const keys = keyChanges(was.get(name) ?? print, print);
      return keys.length === 0 ? [] : [{ name, keys }];
    }),
  };
}

function ofKind(wanted: Printed['kind'], prints: Prints): ReadonlyMap<string, Fingerprint> {
  return new Map([...prints.values()].flatMap(({ kind, name, print }) => (kind === wanted ? [[name, print]] : [])));
}

function keyChanges(before: Fingerprint, after: Fingerprint): readonly KeyChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    return isSame(was, is) ? [] : [{ key, ...shown('from', was, is), ...shown('to', is, was) }];
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
