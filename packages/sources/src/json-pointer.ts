import { elementsOf, membersOf, type Span, scalarOf, wholeOf } from './json-text.ts';

/**
 * What a JSON pointer (RFC 6901) points at in a JSON text in UTF-8: a text, a number with all its digits, `true` or
 * `false`; undefined for null, lists, objects and for what is not there. Of a repeated member the last one counts, as
 * for most readers.
 */
export function createPointer(pointer: string): (json: Buffer) => string | undefined {
  const steps = pointer.split('/').slice(1).map(unescaped);
  return (json) => {
    let value: Span | undefined = wholeOf(json);
    for (const step of steps) {
      value = inside(json, value, step);
      if (value === undefined) return undefined;
    }
    return scalarOf(json, value);
  };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function inside(json: Buffer, value: Span, step: string): Span | undefined {
  const member = membersOf(json, value).findLast(({ name }) => name === step);
  return member?.value ?? (index.test(step) ? elementsOf(json, value)[Number(step)] : undefined);
}

const index = /^(?:0|[1-9]\d*)$/;
