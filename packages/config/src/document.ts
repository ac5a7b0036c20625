import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { fillIn } from './fill-in.ts';
import type { Environment } from './interpolate.ts';
import type { Fault, Path, Position } from './mistake.ts';
import { tooDeep } from './nesting.ts';
import { type SyntaxMistake, syntaxMistakes } from './syntax-mistakes.ts';
import { unresolved } from './unresolved.ts';

export interface ConfigurationDocument {
  /** When there is one, nothing else was looked at. */
  readonly syntaxMistakes: readonly SyntaxMistake[];
  /** Plain values, variables filled in, `unresolved` where that failed; null for an empty file. */
  readonly values: unknown;
  readonly faults: readonly Fault[];
  /** Where a key stands, or the nearest thing around it that is there. */
  positionOf(path: Path): Position;
  positionAt(offset: number): Position;
}

export function openDocument(text: string, environment: Environment): ConfigurationDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Found in fillIn instead, so that they do not hide what else is wrong.
    uniqueKeys: false,
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    // Before the first line break the counter knows no line.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const positionOf = (path: Path): Position => positionAt(offsetOf(document, path));
  // A tag that nobody knows is only a warning to the parser, but its value would silently be taken as text.
  const syntax = syntaxMistakes([...document.errors, ...document.warnings], text, (offset) => positionAt(offset).line);
  if (syntax.length > 0) return { syntaxMistakes: syntax, values: unresolved, faults: [], positionOf, positionAt };
  const filled = fillIn(document, environment);
  return { syntaxMistakes: [], ...withValues(document, filled), positionOf, positionAt };
}

function withValues(
  document: Document.Parsed,
  faults: readonly Fault[],
): Pick<ConfigurationDocument, 'values' | 'faults'> {
  try {
    const values: unknown = document.toJS();
    const path = tooDeep(values);
    if (path === undefined) return { values, faults };
    return { values: unresolved, faults: [...faults, { path, message: 'is nested too deeply' }] };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const message = 'its aliases (*name) unfold too often; write the values out';
    return { values: unresolved, faults: [...faults, { path: [], message }] };
  }
}

function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const item = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
    offset = startOf(pair?.key ?? item) ?? offset;
    node = pair?.value ?? item;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
