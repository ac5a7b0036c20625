import type { core } from 'zod';
import type { Fault, Path } from './mistake.ts';
import { unresolved } from './unresolved.ts';

/** What zod's own checks say, for `safeParse`'s `error`. The value itself is never quoted: it may be a secret. */
export function sentence(issue: core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing';
  if (issue.input === null) return 'has no value: write one, or leave it out';
  if (issue.code !== 'invalid_type') return 'is not valid here';
  const quotes = issue.expected === 'string' && typeof issue.input !== 'object' ? ': put quotes around it' : '';
  return `must be ${expectedWords[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}${quotes}`;
}

const expectedWords: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
  boolean: 'true or false',
};

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  switch (typeof input) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return `${input}`;
    default:
      return 'a block of keys';
  }
}

/** Zod's issues as faults, each at the innermost place it is about. */
export function faultsOf(issues: readonly core.$ZodIssue[], above: Path = []): readonly Fault[] {
  return issues.flatMap((issue) => {
    if (issue.input === unresolved) return [];
    const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    switch (issue.code) {
      case 'unrecognized_keys': {
        const sentences = issue.message.split('\n');
        return issue.keys.map((key, index) => ({ path: [...path, key], message: sentences[index] ?? issue.message }));
      }
      case 'invalid_union': {
        const branch = issue.errors.find(isAbout);
        return branch === undefined ? [{ path, message: issue.message }] : faultsOf(branch, path);
      }
      case 'invalid_key':
        return faultsOf(issue.issues, path);
      default:
        return [{ path, message: issue.message }];
    }
  });
}

/** Whether a branch of a union is the one that was meant: its kind of value is there, and something in it is wrong. */
function isAbout(errors: readonly core.$ZodIssue[]): boolean {
  return (
    errors.length > 0 &&
    !errors.some(
      ({ code, path }) =>
        path.length === 0 && code !== 'custom' && code !== 'too_small' && code !== 'unrecognized_keys',
    )
  );
}
