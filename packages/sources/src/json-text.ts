import { textOf, withoutMark } from './json-body.ts';
import {
  closeBrace,
  closeBracket,
  comma,
  endOfSpace,
  endOfString,
  isSpace,
  openBrace,
  openBracket,
  quote,
} from './json-bytes.ts';

/**
 * Finds its way in a JSON text without parsing it, for what has to come out as it came in: parsed and written again,
 * numbers beyond 2^53 lose digits. Every text given here must be valid JSON, in UTF-8 or in Latin-1: what is looked for
 * is ASCII. All of it is linear, and nesting as deep as the text is long needs no stack.
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

/** The value that the whole text is, which may stand behind a byte order mark. */
export function wholeOf(json: Buffer): Span {
  return spanAt(json, json.length - withoutMark(json).length);
}

/** The members of an object, in their order and repeated names too; none of anything else. */
export function membersOf(json: Buffer, { start, end }: Span): Member[] {
  const members: Member[] = [];
  if (json[start] !== openBrace) return members;
  for (let at = endOfSpace(json, start + 1); at < end && json[at] === quote; ) {
    const afterName = endOfString(json, at);
    const value = spanAt(json, endOfSpace(json, afterName) + 1);
    members.push({ name: unquoted(json, at, afterName), start: at, value });
    at = endOfSpace(json, value.end);
    if (json[at] === comma) at = endOfSpace(json, at + 1);
  }
  return members;
}

export function isObject(json: Buffer, { start }: Span): boolean {
  return json[start] === openBrace;
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
      return unquoted(json, start, end);
    case openBrace:
    case openBracket:
      return undefined;
    default: {
      const written = json.toString('latin1', start, end);
      return written === 'null' ? undefined : written;
    }
  }
}

/** The text without those members of some objects, in any order, that have one of these names; the same text when there are none. */
export function withoutMembers(json: Buffer, objects: readonly Span[], names: ReadonlySet<string>): Buffer {
  const cuts = objects.flatMap((object) => cutsIn(json, object, names)).sort((one, other) => one.start - other.start);
  if (cuts.length === 0) return json;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end } of cuts) {
    pieces.push(json.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...pieces, json.subarray(from)]);
}

/** With a member goes the comma before it, or the one behind it as long as all before it goes too. */
function cutsIn(json: Buffer, object: Span, names: ReadonlySet<string>): Span[] {
  const cuts: Span[] = [];
  const members = membersOf(json, object);
  let kept = false;
  for (const [index, member] of members.entries()) {
    if (!names.has(member.name)) kept = true;
    else if (kept) cuts.push({ start: members[index - 1]?.value.end ?? member.start, end: member.value.end });
    else cuts.push({ start: member.start, end: members[index + 1]?.start ?? member.value.end });
  }
  return cuts;
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

function unquoted(json: Buffer, start: number, end: number): string {
  const written = textOf(json.subarray(start + 1, end - 1));
  return written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
}
