import type { CreateSource, Endpoint, Source, SourceName } from '@relay/core';
import { createThingspace } from './thingspace.ts';

/** The vendors' dialects. A new vendor is one file and one line here. */
const dialects: Partial<Record<SourceName, CreateSource>> = {
  thingspace: createThingspace,
};

/** The source of an endpoint, prepared once per configuration. */
export function createSource(endpoint: Endpoint): Source {
  const create = dialects[endpoint.source];
  if (create === undefined)
    throw new Error(`endpoint ${endpoint.name}: the source ${endpoint.source} is not supported yet`);
  return create(endpoint);
}
