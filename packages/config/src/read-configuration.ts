import { type Configuration, createConfiguration } from './configuration.ts';
import { crossFaults } from './cross-faults.ts';
import { declareConfiguration, surroundingsFrom } from './declaration.ts';
import { openDocument } from './document.ts';
import type { Environment } from './interpolate.ts';
import { type Mistake, wholeFile } from './mistake.ts';
import { mistakesOf, mistakesOfSyntax } from './mistakes.ts';
import type { ReadSecret } from './secret.ts';
import { faultsOf, sentence } from './sentences.ts';
import { withoutForeign } from './source-faults.ts';

export type ConfigurationReading =
  | { readonly configuration: Configuration }
  | { readonly mistakes: readonly Mistake[] };

export interface ReadOptions {
  /** As mistakes name it. */
  readonly fileName: string;
  readonly environment: Environment;
  readonly readSecret: ReadSecret;
}

/** The text of a relay.yaml as a configuration, or every mistake in it, in the order of its lines. Never throws. */
export function readConfiguration(
  text: string,
  { fileName, environment, readSecret }: ReadOptions,
): ConfigurationReading {
  const document = openDocument(text.replace(/^\uFEFF/, ''), environment);
  if (document.syntaxMistakes.length > 0) return { mistakes: mistakesOfSyntax(document, fileName) };
  if (document.values === null) {
    return { mistakes: [wholeFile(fileName, 'is empty: it needs at least endpoints and subscribers')] };
  }
  const surroundings = surroundingsFrom(environment);
  const declaration = declareConfiguration(readSecret, surroundings);
  const declared = declaration.safeParse(document.values, { error: sentence, reportInput: true });
  const alone = [...document.faults, ...faultsOf(declared.error?.issues ?? [])];
  const faults = [...withoutForeign(alone, document.values), ...crossFaults(document.values, surroundings)];
  if (declared.success && faults.length === 0) return { configuration: createConfiguration(declared.data) };
  return { mistakes: mistakesOf(faults, document, fileName) };
}
