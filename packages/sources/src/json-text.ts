/**
 * Finds its way in a JSON text without parsing it, for what has to come out as it came in: parsed and written again,
 * numbers beyond 2^53 lose digits. Every text given here must be valid JSON in UTF-8. All of it is linear, and nesting
 * as deep as the text is long needs no stack.
 */

/** Where a value stands: from its first byte to the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member {
  /** Without its escapes. */
  readonly name: string;
  /** Where its name begins. */
  readonly start: number;
  readonly value: Span;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The value that the whole text is. */
export function wholeOf(json: Buffer): Span {
  return spanAt(json, 0);
}

/** The members of an object, in their order and repeated names too; none of anything else. */
export function membersOf(json: Buffer, { start, end }: Span): Member[] {
  const members: Member[] = [];
  if (json[start] !== openBrace) return members;
  for (let at = endOfSpace(json, start + 1); at < end && json[at] === quote; ) {
    const afterName = endOfString(json, at);
    const value = spanAt(json, endOfSpace(json, afterName) + 1);
    members.push({ name: textOf(json, at, afterName), start: at, value });
    at = endOfSpace(json, value.end);
    if (json[at] === comma) at = endOfSpace(json, at + 1);
  }
  return members;
}

/** The elements of a list; none of anything else. */
export function elementsOf(json: Buffer, { start, end }: Span): Span[] {
  const elements: Span[] = [];
  if (json[start] !== openBracket) return elements;
  for (let at = endOfSpace(json, start + 1); at < end && json[at] !== closeBracket; ) {
    const element = spanAt(json, at);
    elements.push(element);
    at = endOfSpace(json, element.end);
    if (json[at] === comma) at = endOfSpace(json, at + 1);
  }
  return elements;
}

/** A text without its escapes, a number with all its digits, `true` and `false`; undefined for null, lists and objects. */
export function scalarOf(json: Buffer, { start, end }: Span): string | undefined {
  switch (json[start]) {
    case quote:
      return textOf(json, start, end);
    case openBrace:
    case openBracket:
      return undefined;
    default: {
      const written = json.toString('latin1', start, end);
      return written === 'null' ? undefined : written;
    }
  }
}

/** The text without those members of an object that have one of these names; everything else stays as it is. */
export function withoutMembers(json: Buffer, object: Span, names: ReadonlySet<string>): Buffer {
  const members = membersOf(json, object);
  const first = members[0];
  const last = members.at(-1);
  const kept = members.filter(({ name }) => !names.has(name));
  if (first === undefined || last === undefined || kept.length === members.length) return json;
  const pieces = [json.subarray(0, first.start)];
  for (const [index, member] of members.entries()) {
    if (names.has(member.name)) continue;
    // With what stood before it, unless it comes first now.
    const before = pieces.length > 1 ? members[index - 1]?.value.end : undefined;
    pieces.push(json.subarray(before ?? member.start, member.value.end));
  }
  return Buffer.concat([...pieces, json.subarray(last.value.end)]);
}

/** The value at this place, or behind the white space there. */
function spanAt(json: Buffer, at: number): Span {
  const start = endOfSpace(json, at);
  return { start, end: endOfValue(json, start) };
}

function endOfValue(json: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; ) {
    const code = json[at];
    if (code === quote) {
      at = endOfString(json, at);
      if (depth === 0) return at;
      continue;
    }
    at += 1;
    if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth === 0) return at;
    } else if (depth === 0 && endsWord(json[at])) return at;
  }
  return json.length;
}

/** Whether a number, `true`, `false` or `null` ends before this byte. */
function endsWord(code: number | undefined): boolean {
  return code === undefined || code === comma || code === closeBrace || code === closeBracket || isSpace(code);
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endOfSpace(json: Buffer, start: number): number {
  let at = start;
  while (isSpace(json[at])) at += 1;
  return at;
}

/** The place behind the closing quote. */
function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const code = json[at];
    if (code === quote || code === undefined) return at + 1;
    if (code === backslash) at += 1;
  }
}

function textOf(json: Buffer, start: number, end: number): string {
  const written = json.toString('utf8', start + 1, end - 1);
  return written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
}
