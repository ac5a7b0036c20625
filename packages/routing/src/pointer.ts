/** What a JSON pointer (RFC 6901) points at in a parsed value; undefined where there is nothing. */
export function createPointer(pointer: string): (value: unknown) => unknown {
  const steps = pointer.split('/').slice(1).map(unescaped);
  return (whole) => {
    let value = whole;
    for (const step of steps) value = inside(value, step);
    return value;
  };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Its own members and elements only: `length` of a list and `constructor` are not in the body. */
function inside(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return index.test(step) ? value[Number(step)] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}

const index = /^(?:0|[1-9]\d*)$/;
