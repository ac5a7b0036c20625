import { isUtf8 } from 'node:buffer';

/** A JSON object as JSON.parse gives it; nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a body that is a JSON text, and undefined for any other. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(textOf(withoutMark(body)));
  } catch {
    return undefined;
  }
}

/** The bytes behind a byte order mark: a part of the body, not a copy. */
export function withoutMark(body: Buffer): Buffer {
  return byteOrderMark.every((byte, at) => body[at] === byte) ? body.subarray(byteOrderMark.length) : body;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Bytes that are not UTF-8 are read as Latin-1: the names and ids of a callback are ASCII all the same, and one refused
 * for an odd letter in an SMS would be gone for good.
 */
export function textOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/**
 * Whether an object, with so many members in its text, has a name twice. Readers disagree about which of the two
 * counts, so nothing may be verified or named by such an object. Escaped names and `__proto__` are names like others.
 */
export function repeatsName(object: JsonObject, membersInText: number): boolean {
  return Object.keys(object).length !== membersInText;
}
