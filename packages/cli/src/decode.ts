import type { Decoded, Endpoint, KeptMessage } from '@relay/core';
import { createSource } from '@relay/sources';

/** A message that has been kept was verified. */
const nothing: Endpoint['verify'] = { credentials: [], allow: [] };

/** Reads kept bodies as the sources of these endpoints do. */
export function createDecode(
  endpoints: readonly Endpoint[],
): (message: Pick<KeptMessage, 'endpoint' | 'body' | 'contentType'>) => Decoded {
  const sources = new Map(endpoints.map((one) => [one.name, createSource({ ...one, verify: nothing })]));
  return ({ endpoint, body, contentType }) => {
    const source = sources.get(endpoint);
    if (source === undefined) throw new Error(`the configuration has no endpoint ${endpoint}`);
    return source.decode(body, contentType);
  };
}
