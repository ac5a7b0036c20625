/**
 * A JSON text without what does not change its meaning: no white space, the members of every object in the order of
 * their names, and at the top level without the members named in `omitted`.
 *
 * It works on the text and not on the parsed value, which would make one body of two: there numbers beyond 2^53 lose
 * digits and repeated names lose members. The text must be valid JSON. Time is linear but for the sorting of names, and
 * nesting as deep as the text is long needs no stack.
 */
export function canonicalJson(text: string, omitted: readonly string[]): string {
  const omittedNames = omitted.map((name) => JSON.stringify(name));
  const enclosing: Part[] = [];
  let part: Part = { isObject: false, tokens: [] };
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === openBrace || code === openBracket) {
      enclosing.push(part);
      part = { isObject: code === openBrace, tokens: [] };
      at += 1;
    } else if (code === closeBrace || code === closeBracket) {
      const closed = part.isObject
        ? objectText(part.tokens, enclosing.length === 1 ? omittedNames : [])
        : arrayText(part.tokens);
      part = enclosing.pop() ?? part;
      part.tokens.push(closed);
      at += 1;
    } else if (isBetweenTokens(code)) {
      at += 1;
    } else {
      const end = code === quote ? endOfString(text, at) : endOfWord(text, at);
      part.tokens.push(text.slice(at, end));
      at = end;
    }
  }
  return part.tokens.join('');
}

/** An object or array as far as it is read. In an object names and values alternate. */
interface Part {
  readonly isObject: boolean;
  readonly tokens: string[];
}

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const space = 0x20;

function isBetweenTokens(code: number): boolean {
  return code <= space || code === comma || code === colon;
}

/** The place after the closing quote: the first one with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    if (end === -1) return text.length;
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

/** The place after a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (isBetweenTokens(code) || code === closeBrace || code === closeBracket) break;
  }
  return end;
}

/** A repeated name keeps its members in their order, since the last one counts. */
function objectText(tokens: readonly string[], omittedNames: readonly string[]): string {
  const members: { name: string; value: string }[] = [];
  for (let at = 0; at + 1 < tokens.length; at += 2) {
    const name = tokens[at] ?? '';
    if (!omittedNames.includes(name)) members.push({ name, value: tokens[at + 1] ?? '' });
  }
  members.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  let text = '{';
  for (const { name, value } of members) text += `${text === '{' ? '' : ','}${name}:${value}`;
  return `${text}}`;
}

/** Added up and not joined: joining would copy the innermost part once per level. */
function arrayText(tokens: readonly string[]): string {
  let text = '[';
  for (const token of tokens) text += text === '[' ? token : `,${token}`;
  return `${text}]`;
}
