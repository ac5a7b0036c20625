import { isUtf8 } from 'node:buffer';
import type { RequestHead } from '@relay/core';

/** Of each header, in characters: what is behind them no rule sees. */
const mostCharacters = 1024;

/** Those headers of a request that some subscriber's rule asks for; undefined when it has none of them. */
export function headersToKeep(
  headers: RequestHead['headers'],
  names: readonly string[] = [],
): Readonly<Record<string, string>> | undefined {
  const kept = names.flatMap((name) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return value === undefined ? [] : [[name, textOf([value].flat().join(', ')).slice(0, mostCharacters)]];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** What Node shows of a request's head is its bytes, each as one letter. */
function textOf(letters: string): string {
  const bytes = Buffer.from(letters, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : letters;
}
