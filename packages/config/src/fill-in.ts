import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
} from 'yaml';
import { type Environment, interpolate } from './interpolate.ts';
import type { Fault, Path } from './mistake.ts';
import { unresolved } from './unresolved.ts';

/** Fills in the variables of a parsed document, in place, and answers what is wrong on the way. */
export function fillIn(document: Document.Parsed, environment: Environment): readonly Fault[] {
  const faults: Fault[] = [];
  fillNode(document.contents, [], { document, environment, faults });
  return faults;
}

interface Filling {
  readonly document: Document.Parsed;
  readonly environment: Environment;
  readonly faults: Fault[];
}

function fillNode(node: unknown, path: Path, filling: Filling): void {
  if (isMap(node)) fillMap(node, path, filling);
  else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      fillNode(item, [...path, index], filling);
      if (isDangling(item, filling)) node.items[index] = reportDangling([...path, index], filling);
    }
  } else if (isScalar(node) && typeof node.value === 'string') fillScalar(node, node.value, path, filling);
}

function fillMap(map: YAMLMap, path: Path, filling: Filling): void {
  const seen = new Set<string>();
  for (const pair of map.items) {
    const key = keyOf(pair);
    const at = [...path, key];
    const message = keyFault(key, seen);
    if (message !== undefined) filling.faults.push({ path: at, message, ...offsetOf(pair.key) });
    seen.add(key);
    fillNode(pair.value, at, filling);
    if (isDangling(pair.value, filling)) pair.value = reportDangling(at, filling);
  }
}

function keyFault(key: string, seen: ReadonlySet<string>): string | undefined {
  if (seen.has(key)) return 'this key is already there';
  // Objects treat this one as no other, and a key must not vanish without a word.
  return key === '__proto__' ? 'this cannot be a key' : undefined;
}

function isDangling(node: unknown, { document }: Filling): boolean {
  return isAlias(node) && node.resolve(document) === undefined;
}

function reportDangling(path: Path, { faults }: Filling): Scalar {
  faults.push({ path, message: 'there is no such anchor above; put quotes around a text that begins with *' });
  return new Scalar(unresolved);
}

function fillScalar(node: Scalar, before: string, path: Path, { document, environment, faults }: Filling): void {
  const filled = interpolate(before, environment);
  if ('faults' in filled) {
    faults.push(...filled.faults.map((message) => ({ path, message })));
    node.value = unresolved;
  } else if (filled.text !== before) {
    node.value = node.type === Scalar.PLAIN ? plainValue(filled.text, document) : filled.text;
  }
}

/** What YAML makes of a text without quotes: a number, a boolean, nothing, else the text. Never a list or a block. */
function plainValue(text: string, document: Document.Parsed): unknown {
  for (const tag of document.schema.tags) {
    if (tag.default !== true || tag.collection !== undefined || !tag.test?.test(text)) continue;
    const value = tag.resolve(text, () => {}, {});
    return isScalar(value) ? value.value : value;
  }
  return text;
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function offsetOf(key: unknown): { readonly offset?: number } {
  const range: Node['range'] = isNode(key) ? key.range : undefined;
  return range ? { offset: range[0] } : {};
}
