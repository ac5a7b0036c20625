/** The bytes of JSON's syntax, and how to step over what is between them. */

export const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const quote = 0x22;
export const comma = 0x2c;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

export function isSpace(code: number | undefined): boolean {
  return code === space || code === lineFeed || code === carriageReturn || code === tab;
}

/** The first place from `start` on where there is no white space. */
export function endOfSpace(json: Buffer, start: number): number {
  let at = start;
  while (isSpace(json[at])) at += 1;
  return at;
}

/** The place behind the closing quote of a string that begins at `start`. */
export function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const code = json[at];
    if (code === quote || code === undefined) return at + 1;
    if (code === backslash) at += 1;
  }
}
