/**
 * The value of a JSON text, in which every number that might lose digits is a text: as written, all of them. Undefined for a text
 * that is not JSON.
 */
export function parseContent(content: string): { readonly value: unknown } | undefined {
  try {
    const safe = mayHaveLongNumbers.test(content) ? content.replace(stringOrNumber, quoteLong) : content;
    return { value: JSON.parse(safe) };
  } catch {
    return undefined;
  }
}

/** Up to so many digits survive as a number, and are the same when they are written again. */
const safeDigits = 15;

/** It may find one inside a string as well; the next step looks closely. */
const mayHaveLongNumbers = /(?:^|[[:,\s])-?\d(?:[\d.eE+-]{15}|[\d.]*[eE][+-]?\d{3})/;
/** A string is stepped over as a whole. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;
const largeExponent = /[eE][+-]?\d{3}/;

function quoteLong(token: string): string {
  const isSafe = token.startsWith('"') || (token.length <= safeDigits && !largeExponent.test(token));
  return isSafe ? token : `"${token}"`;
}
