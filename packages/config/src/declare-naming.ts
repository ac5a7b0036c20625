import type { FactPlace, Naming } from '@relay/core';
import * as z from 'zod';
import { block, headerName, listOrOne, text, wants } from './declare.ts';
import { isPointer, pointerRule } from './pointer.ts';

/** `naming` of an endpoint whose source knows nothing of its vendor. */
export function declareNaming() {
  return block({
    dedupKey: places().exactOptional().describe('What a resend repeats and no other callback has.'),
    correlationId: places().exactOptional().describe('What ties a callback to a request or another callback.'),
    type: places().exactOptional().describe('What kind of callback it is.'),
  }).transform((naming): Naming => naming);
}

function places() {
  return z.union(listOrOne(place()), {
    error: wants('must be {header: …}, {query: …}, {pointer: …}, or a list of such places, whose values are joined'),
  });
}

function place() {
  return block({
    header: headerName().exactOptional().describe('The name of a header.'),
    query: text().exactOptional().describe('The name of a parameter in the query of the URL.'),
    pointer: z
      .string()
      .refine(isPointer, { error: wants(pointerRule) })
      .exactOptional()
      .describe('A JSON pointer (RFC 6901) into the body.'),
  }).transform(({ header, query, pointer }, context): FactPlace => {
    const places = [
      ...(header === undefined ? [] : [{ header }]),
      ...(query === undefined ? [] : [{ query }]),
      ...(pointer === undefined ? [] : [{ pointer }]),
    ];
    const [only] = places;
    if (only !== undefined && places.length === 1) return only;
    context.addIssue({ code: 'custom', message: 'must say one of header, query and pointer' });
    return z.NEVER;
  });
}
