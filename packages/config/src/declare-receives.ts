import type { Where } from '@relay/core';
import * as z from 'zod';
import { block, text, wants } from './declare.ts';
import { declareWhere } from './declare-where.ts';

export interface Received {
  /** Name or glob. */
  readonly endpoint: string;
  readonly where?: Where;
}

/** `receives` of a subscriber. */
export function declareReceives() {
  return z.array(declareEntry()).min(1, { error: wants('must name at least one endpoint, or "*" for all') });
}

function declareEntry() {
  const nameOrGlob = text();
  const entry = block({
    endpoint: nameOrGlob.describe('Name or glob of an endpoint.'),
    where: declareWhere().exactOptional().describe('Which of its messages. Without it, all.'),
  });
  return z.union([nameOrGlob.transform((endpoint): Received => ({ endpoint })), entry], {
    error: wants('must be the name of an endpoint, a glob, or {endpoint: …}'),
  });
}
