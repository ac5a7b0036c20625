import type { JsonObject } from './json-body.ts';
import { elementsOf, membersOf, type Span, scalarOf, wholeOf } from './json-text.ts';
import { nameFrom } from './name.ts';

type Composite = JsonObject | readonly unknown[];

/** An object or a list in a JSON text. Where things stand in it is looked for once a number is asked for: nothing else needs it. */
export interface JsonPart<Value extends Composite> {
  readonly json: Buffer;
  readonly value: Value;
  /** What it is a member or an element of; undefined for the whole text. */
  readonly within: JsonPart<Composite> | undefined;
  readonly at: string | number;
  /** By names, of which the last one counts as in `value`, or by indices. */
  places: ReadonlyMap<string | number, Span> | undefined;
}

/** The object that a text is. */
export function wholePart(json: Buffer, value: JsonObject): JsonPart<JsonObject> {
  return { json, value, within: undefined, at: '', places: undefined };
}

/** What stands in a part under a name or an index. */
export function partAt<Value extends Composite>(
  within: JsonPart<Composite>,
  at: string | number,
  value: Value,
): JsonPart<Value> {
  return { json: within.json, value, within, at, places: undefined };
}

/** A name that is a member: a text, or a number with all its digits. */
export function nameIn(part: JsonPart<JsonObject>, name: string): string | undefined {
  const value = part.value[name];
  if (typeof value !== 'number') return nameFrom(value);
  const place = placesIn(part).get(name);
  return place && nameFrom(scalarOf(part.json, place));
}

function placesIn(part: JsonPart<Composite>): ReadonlyMap<string | number, Span> {
  part.places ??= new Map(entriesOf(part));
  return part.places;
}

function entriesOf(part: JsonPart<Composite>): (readonly [string | number, Span])[] {
  const { json, within, at } = part;
  const place = within === undefined ? wholeOf(json) : placesIn(within).get(at);
  if (place === undefined) return [];
  return Array.isArray(part.value)
    ? elementsOf(json, place).map((element, index) => [index, element])
    : membersOf(json, place).map(({ name, value }) => [name, value]);
}
