import type { ErrorCode, YAMLError } from 'yaml';

// The parser's own messages quote the file, and what they quote may be half a password.
const sentences: Record<ErrorCode, string> = {
  ALIAS_PROPS: 'an alias (*name) can have neither an anchor nor a tag',
  BAD_ALIAS: 'this is not the name of an alias; put quotes around a text that begins with * or &',
  BAD_COLLECTION_TYPE: 'this tag does not fit its value; leave the tag out',
  BAD_DIRECTIVE: 'this is not a YAML directive; put quotes around a text that begins with %',
  BAD_DQ_ESCAPE: 'there is no such escape inside "…"; write \\\\ for a backslash, or use \'…\'',
  BAD_INDENT: 'the indentation does not fit the lines above it, or a quote or bracket is not closed',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place',
  BAD_SCALAR_START: 'put quotes around a text that begins with this character',
  BLOCK_AS_IMPLICIT_KEY: 'there is a second colon on this line; put quotes around a text with a colon in it',
  BLOCK_IN_FLOW: 'only values and brackets can stand inside { } and [ ]',
  DUPLICATE_KEY: 'this key is already there',
  IMPOSSIBLE: 'this is not YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a colon, a comma, a quote or a closing bracket is missing here or on the line above',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a colon missing?',
  MULTIPLE_ANCHORS: 'a value can have only one anchor (&name)',
  MULTIPLE_DOCS: 'the file must hold one document; remove the line ---',
  MULTIPLE_TAGS: 'a value can have only one tag',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent a line; use spaces',
  TAG_RESOLVE_FAILED: 'tags are not known here; put quotes around a text that begins with !',
  UNEXPECTED_TOKEN: 'this does not belong here; is a quote, a bracket or an indentation wrong?',
};

export interface SyntaxMistake {
  readonly offset: number;
  readonly message: string;
}

/** One per line at most: the parser stumbles over one slip several times. `lineOf` counts from 1. */
export function syntaxMistakes(
  errors: readonly YAMLError[],
  text: string,
  lineOf: (offset: number) => number,
): readonly SyntaxMistake[] {
  const firstOfLine = new Map<number, YAMLError>();
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const line = lineOf(error.pos[0]);
    if (!firstOfLine.has(line)) firstOfLine.set(line, error);
  }
  const lines = text.split('\n');
  return [...firstOfLine].map(([line, { code, pos }]) => {
    const [beforeVariable = '', ...rest] = (lines[line - 1] ?? '').split('${');
    const bracketed = rest.length > 0 && /[{[]/.test(beforeVariable);
    const hint = bracketed ? ' (inside { } and [ ], a value with a variable needs quotes)' : '';
    return { offset: pos[0], message: sentences[code] + hint };
  });
}
