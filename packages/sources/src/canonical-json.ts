import {
  backslash,
  carriageReturn,
  closeBrace,
  closeBracket,
  comma,
  endOfSpace,
  endOfString,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
} from './json-bytes.ts';

/** A JSON text without what does not change its meaning. It holds the text, which must not change meanwhile. */
export interface CanonicalJson {
  /** How many members the text as an object has, repeated and omitted ones too; 0 when it is no object. */
  readonly members: number;
  /** It is no longer than that. */
  readonly maxBytes: number;
  /** Writes it into `out` at `start`, and returns where it ends. */
  write(out: Buffer, start: number): number;
}

/**
 * A JSON text without white space, the members of every object in the order of their names and without commas, and at
 * the top level without those named in `omitted` (as JSON texts).
 *
 * It works on the text and not on the parsed value, which would make one body of two: there numbers beyond 2^53 lose
 * digits and repeated names lose members. The text must be valid JSON, in any encoding that has ASCII in it as it is.
 * Only links are put in order and every byte is copied once, so that time is linear but for the sorting of names, and
 * nesting as deep as the text is long needs no stack.
 */
export function canonicalJson(json: Buffer, omitted: readonly Buffer[]): CanonicalJson {
  const { first, members } = stretchesOf(json, omitted);
  return { members, maxBytes: json.length, write: (out, start) => writeStretches(out, start, json, first) };
}

function writeStretches(out: Buffer, start: number, json: Buffer, first: Stretch): number {
  let to = start;
  for (let stretch: Stretch | undefined = first; stretch !== undefined; stretch = stretch.next) {
    if (stretch.end - stretch.start > worthCopying) to += json.copy(out, to, stretch.start, stretch.end);
    else for (let at = stretch.start; at < stretch.end; at += 1, to += 1) out[to] = json[at] ?? 0;
  }
  return to;
}

/** In bytes; for fewer, as most members have, the call of `copy` costs more than it saves. */
const worthCopying = 64;

/** A piece of the text that stays as it is. The links, not the places, say what follows it. */
interface Stretch {
  readonly start: number;
  end: number;
  next: Stretch | undefined;
  /** Where the stretch begins a member: the one that ends it. */
  memberEnd: Stretch | undefined;
}

/** What is open at a place in the text: an object as far as it is read, or a list, of which nothing has to be known. */
interface Part {
  /** Ends with the opening brace. */
  readonly opening: Stretch;
  readonly members: Stretch[];
}

const list: Part = { opening: stretchFrom(0), members: [] };
const none: readonly Buffer[] = [];

/**
 * The first stretch of the text in its canonical order, and how many members its top level has. Stretches begin at
 * members, closing braces and after white space.
 */
function stretchesOf(json: Buffer, omitted: readonly Buffer[]): { first: Stretch; members: number } {
  let members = 0;
  const first = stretchFrom(0);
  const enclosing: Part[] = [];
  let part = list;
  let last = first;
  for (let at = 0; at < json.length; ) {
    switch (json[at]) {
      case quote:
        at = endOfString(json, at);
        break;
      case openBrace:
        enclosing.push(part);
        part = { opening: last, members: [] };
        last = cut(json, last, at + 1, at + 1);
        at = last.start;
        if (json[at] === quote) part.members.push(last);
        break;
      case comma:
        if (part === list) {
          at += 1;
        } else {
          endMember(part, last);
          last = cut(json, last, at, at + 1);
          at = last.start;
          part.members.push(last);
        }
        break;
      case closeBrace:
        endMember(part, last);
        last = cut(json, last, at, at);
        at += 1;
        if (enclosing.length === 1) members = part.members.length;
        putInOrder(json, part, last, enclosing.length === 1 ? omitted : none);
        part = enclosing.pop() ?? list;
        break;
      case openBracket:
        enclosing.push(part);
        part = list;
        at += 1;
        break;
      case closeBracket:
        part = enclosing.pop() ?? list;
        at += 1;
        break;
      case tab:
      case lineFeed:
      case carriageReturn:
      case space:
        last = cut(json, last, at, at);
        at = last.start;
        break;
      default:
        at += 1;
    }
  }
  last.end = json.length;
  return { first, members };
}

function stretchFrom(start: number): Stretch {
  return { start, end: start, next: undefined, memberEnd: undefined };
}

/** Ends a stretch and begins the next one, after any white space there. */
function cut(json: Buffer, stretch: Stretch, end: number, start: number): Stretch {
  stretch.end = end;
  stretch.next = stretchFrom(endOfSpace(json, start));
  return stretch.next;
}

function endMember({ members }: Part, end: Stretch): void {
  const member = members[members.length - 1];
  if (member !== undefined) member.memberEnd = end;
}

/** A repeated name keeps its members in their order, since the last one counts. */
function putInOrder(json: Buffer, { opening, members }: Part, closing: Stretch, omitted: readonly Buffer[]): void {
  const kept =
    omitted === none ? members : members.filter(({ start }) => !omitted.some((name) => isAt(json, start, name)));
  // Sorting is a quarter of the whole time, and most objects come in order.
  if (!inOrder(json, kept)) kept.sort((one, other) => compareNames(json, one.start, other.start));
  let last = opening;
  for (const member of kept) {
    last.next = member;
    last = member.memberEnd ?? member;
  }
  last.next = closing;
}

function isAt(json: Buffer, start: number, name: Buffer): boolean {
  for (let at = 0; at < name.length; at += 1) if (json[start + at] !== name[at]) return false;
  return true;
}

function inOrder(json: Buffer, members: readonly Stretch[]): boolean {
  let before: Stretch | undefined;
  for (const member of members) {
    if (before !== undefined && compareNames(json, before.start, member.start) > 0) return false;
    before = member;
  }
  return true;
}

/** By their bytes, from the opening quotes on. */
function compareNames(json: Buffer, one: number, other: number): number {
  let escaped = false;
  for (let at = 1; one + at < json.length; at += 1) {
    const code = json[one + at] ?? 0;
    const difference = code - (json[other + at] ?? 0);
    if (difference !== 0) return difference;
    if (code === quote && !escaped) break;
    escaped = code === backslash && !escaped;
  }
  return 0;
}
