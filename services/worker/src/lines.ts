/**
 * Who stands before whom. Each stands in one line or in several, behind whoever has joined them before, and its turn comes when
 * it is the first in all of them.
 */
export interface Lines<Id> {
  /** Behind everybody who stands in one of these lines; answers whether its turn is now. */
  join(id: Id, names: readonly string[]): boolean;
  /** Answers whose turn it is now that was not before. */
  leave(id: Id): Id[];
  /** Whoever stands right at the head of this one's lines, before it. */
  before(id: Id): Id[];
  /** Whoever is behind this one in one of its lines, nearest first. */
  behind(id: Id): Iterable<Id>;
  clear(): void;
}

export function createLines<Id>(): Lines<Id> {
  /** Who stands in a line, in the order of joining. */
  const lines = new Map<string, Set<Id>>();
  const joined = new Map<Id, readonly string[]>();

  const firstOf = (name: string) => lines.get(name)?.values().next().value;
  const namesOf = (id: Id) => joined.get(id) ?? [];
  const isFirst = (id: Id) => joined.has(id) && namesOf(id).every((name) => firstOf(name) === id);

  function step(name: string, id: Id): Id | undefined {
    const line = lines.get(name);
    const wasFirst = firstOf(name) === id;
    line?.delete(id);
    if (line?.size === 0) lines.delete(name);
    return wasFirst ? firstOf(name) : undefined;
  }

  return {
    join(id, names) {
      joined.set(id, [...new Set(names)]);
      for (const name of names) {
        const line = lines.get(name);
        if (line === undefined) lines.set(name, new Set([id]));
        else line.add(id);
      }
      return isFirst(id);
    },
    leave(id) {
      const names = namesOf(id);
      joined.delete(id);
      const heads = new Set(names.flatMap((name) => step(name, id) ?? []));
      return [...heads].filter(isFirst);
    },
    before: (id) => [...new Set(namesOf(id).flatMap((name) => firstOf(name) ?? []))].filter((head) => head !== id),
    *behind(id) {
      for (const name of namesOf(id)) {
        let passed = false;
        for (const each of lines.get(name) ?? []) {
          if (passed) yield each;
          if (each === id) passed = true;
        }
      }
    },
    clear() {
      lines.clear();
      joined.clear();
    },
  };
}
