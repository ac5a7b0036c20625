import type { JsonObject } from './json-body.ts';
import { type Member, scalarOf } from './json-text.ts';

/** Longer texts are no names, and facts are kept beside the body of every message. */
const maxNameLength = 256;

export function nameFrom(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength ? value : undefined;
}

/** The text or the number, with all its digits, that a member of an object is; whatever its length. */
export function nameAt(json: Buffer, object: JsonObject, members: readonly Member[], name: string): string | undefined {
  const value = object[name];
  if (typeof value !== 'number') return typeof value === 'string' ? value : undefined;
  const member = members.find((candidate) => candidate.name === name);
  return member && scalarOf(json, member.value);
}
