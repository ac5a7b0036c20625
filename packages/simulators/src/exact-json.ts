/** V8 has them, TypeScript's library does not know of them yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
type Reviver = (name: string, value: unknown, context: { source?: string }) => unknown;

/** A JSON object; nothing is known of its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number that JSON.stringify writes with just these digits. */
export function exactNumber(digits: string): object {
  return rawJSON(digits);
}

/** What JSON.stringify writes with the same digits again; undefined for what is no JSON, or nested too deep to be read. */
export function parseExactly(text: string): unknown {
  const keepDigits: Reviver = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exactNumber(source) : value;
  try {
    return JSON.parse(text, keepDigits as (name: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

/** The digits of a number that was read so, or a text as it is. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isJsonObject(value) && typeof value.rawJSON === 'string' ? value.rawJSON : undefined;
}
