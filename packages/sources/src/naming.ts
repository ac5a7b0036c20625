import type { FactPlace, Naming, Received } from '@relay/core';
import { contentOf } from './content.ts';
import { headerText } from './header-bytes.ts';
import { createPointer } from './json-pointer.ts';
import { nameFrom } from './name.ts';
import { once } from './once.ts';
import { parameterOf } from './request-target.ts';

/** What a callback is called, as far as its endpoint knows where that stands. */
export interface Names {
  /** A value of each place, and undefined when one has none. Of any length, since it is hashed. */
  readonly dedupKey: readonly string[] | undefined;
  /** The values of the places that have one, with a space between them. */
  readonly correlationId: string | undefined;
  readonly type: string | undefined;
}

export function createNaming({ dedupKey, correlationId, type }: Naming): (received: Received) => Names {
  const keyIn = createFinding(dedupKey);
  const correlationIdIn = createFinding(correlationId);
  const typeIn = createFinding(type);
  return (received) => {
    const content = once(() => Buffer.from(contentOf(received.body, headerText(received.headers, 'content-type'))));
    const key = keyIn(received, content).filter((value) => value !== undefined);
    return {
      dedupKey: key.length > 0 && key.length === dedupKey?.length ? key : undefined,
      correlationId: nameFrom(joined(correlationIdIn(received, content))),
      type: nameFrom(joined(typeIn(received, content))),
    };
  };
}

/** What stands at a place; `content` is the body as JSON, made only for those who ask. An empty text is nothing. */
type Find = (received: Received, content: () => Buffer) => string | undefined;

function createFinding(places: readonly FactPlace[] = []) {
  const finds = places.map(findIn);
  return (received: Received, content: () => Buffer) => finds.map((find) => find(received, content) || undefined);
}

function findIn(place: FactPlace): Find {
  if ('header' in place) return ({ headers }) => headerText(headers, place.header);
  if ('query' in place) return ({ target }) => parameterOf(target, place.query);
  const valueIn = createPointer(place.pointer);
  return (_, content) => valueIn(content());
}

function joined(values: readonly (string | undefined)[]): string {
  return values.filter((value) => value !== undefined).join(' ');
}
