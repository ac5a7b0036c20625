import type { Where } from '@relay/core';
import { declareWhere } from './declare-where.ts';
import { openDocument } from './document.ts';
import { type Fault, type Mistake, wholeFile } from './mistake.ts';
import { mistakesOf, mistakesOfSyntax } from './mistakes.ts';
import { faultsOf, sentence } from './sentences.ts';

/** The text of a `where` alone, as it stands in a relay.yaml but without variables; `name` is what mistakes call the text. Never throws. */
export function readWhere(
  text: string,
  name: string,
): { readonly where: Where } | { readonly mistakes: readonly Mistake[] } {
  const document = openDocument(text, {});
  if (document.syntaxMistakes.length > 0) return { mistakes: mistakesOfSyntax(document, name) };
  if (document.values === null) return { mistakes: [wholeFile(name, 'is empty: leave it out to mean every message')] };
  const declared = declareWhere().safeParse(document.values, { error: sentence, reportInput: true });
  const faults: readonly Fault[] = [...document.faults, ...faultsOf(declared.error?.issues ?? [])];
  return declared.success && faults.length === 0
    ? { where: declared.data }
    : { mistakes: mistakesOf(faults, document, name) };
}
