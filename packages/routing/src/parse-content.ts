/**
 * The value of a JSON text, in which every number that might lose digits is a text: as written, all of them. Undefined for a text
 * that is not JSON.
 */
export function parseContent(content: string): { readonly value: unknown } | undefined {
  try {
    const safe = mayHaveLongNumbers.test(content) ? content.replace(stringOrLongNumber, quoteLong) : content;
    return { value: JSON.parse(safe) };
  } catch {
    return undefined;
  }
}

/**
 * Up to 15 digits survive as a number, and are the same when they are written again. So does every number that is written with up
 * to 15 characters, but for those with large exponents. This may find one inside a string as well; the next step looks closely.
 */
const mayHaveLongNumbers = /(?:^|[[:,\s])-?\d(?:[\d.eE+-]{15}|[\d.]*[eE][+-]?\d{3})/;
/** A string is stepped over as a whole. */
const stringOrLongNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]{15,}|-?\d[\d.]*[eE][+-]?\d{3,}/g;

function quoteLong(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}
