import type { ConfigurationDocument } from './document.ts';
import { type Fault, formatPath, type Mistake } from './mistake.ts';

/** What is wrong in a text that is no YAML. */
export function mistakesOfSyntax(
  { syntaxMistakes, positionAt }: ConfigurationDocument,
  fileName: string,
): readonly Mistake[] {
  return syntaxMistakes.map(({ offset, message }) => ({ fileName, position: positionAt(offset), path: '', message }));
}

/** Faults with their lines and columns, in the order of the text. */
export function mistakesOf(
  faults: readonly Fault[],
  { positionOf, positionAt }: ConfigurationDocument,
  fileName: string,
): readonly Mistake[] {
  return faults
    .map(({ path, message, offset }) => {
      const position = offset === undefined ? positionOf(path) : positionAt(offset);
      return { fileName, position, path: formatPath(path), message };
    })
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
}
