import type { FactPlace, Naming } from '@relay/core';
import * as z from 'zod';
import { block, headerName, listOrOne, wants } from './declare.ts';

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
    error: wants('must be {header: …}, {pointer: …}, or a list of such places, whose values are joined'),
  });
}

function place() {
  return block({
    header: headerName().exactOptional().describe('The name of a header.'),
    pointer: z
      .string()
      .refine(isPointer, {
        error: wants('must be a JSON pointer such as /data/object/id; ~0 stands for ~ and ~1 for /'),
      })
      .exactOptional()
      .describe('A JSON pointer (RFC 6901) into the body.'),
  }).transform(({ header, pointer }, context): FactPlace => {
    if (header !== undefined && pointer === undefined) return { header };
    if (header === undefined && pointer !== undefined) return { pointer };
    context.addIssue({ code: 'custom', message: 'must say either header or pointer' });
    return z.NEVER;
  });
}

function isPointer(written: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(written);
}
