import type { Condition, Scalar } from '@relay/core';

/** Whether a value, undefined where there is none, is as a condition wants it. */
export type Test = (value: unknown) => boolean;

/** Everything but a range compares texts: a number in its shortest form, `true` and `false` as they are written. */
export function createTest(condition: Condition): Test {
  if ('exists' in condition) return (value) => (value !== undefined) === condition.exists;
  if ('anyOf' in condition) return createEquals(condition.anyOf);
  if ('prefix' in condition) return (value) => textOf(value)?.startsWith(condition.prefix) ?? false;
  if ('suffix' in condition) return (value) => textOf(value)?.endsWith(condition.suffix) ?? false;
  return createRange(condition);
}

function createEquals(wanted: readonly Scalar[]): Test {
  const texts = wanted.map(textOf).filter((text) => text !== undefined);
  const [only] = texts;
  if (wanted.length === 1 && only !== undefined) return (value) => value === only || textOf(value) === only;
  const known = new Set(texts);
  const takesNull = wanted.includes(null);
  return (value) => {
    const text = textOf(value);
    return text === undefined ? takesNull && value === null : known.has(text);
  };
}

type Range = Extract<Condition, { readonly above?: number }>;

function createRange({
  above = Number.NaN,
  atLeast = Number.NaN,
  below = Number.NaN,
  atMost = Number.NaN,
}: Range): Test {
  // A comparison with NaN never holds, so that each is asked the other way around.
  return (value) => {
    const number = numberOf(value);
    return number !== undefined && !(number <= above || number < atLeast || number >= below || number > atMost);
  };
}

function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && decimal.test(value) ? Number(value) : undefined;
}

const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
