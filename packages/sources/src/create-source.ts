import type { CreateSource, Endpoint, Source, SourceName } from '@relay/core';
import { createGate } from './gate.ts';
import { createGeneric } from './generic.ts';
import { createThingspace } from './thingspace.ts';
import { createThingspaceSoap } from './thingspace-soap.ts';

/** The vendors' dialects. A new vendor is one file and one line here. */
const dialects: Partial<Record<SourceName, CreateSource>> = {
  thingspace: createThingspace,
  'thingspace-soap': createThingspaceSoap,
  generic: createGeneric,
};

/** The source of an endpoint, prepared once per configuration. No request comes to a dialect but through the gate. */
export function createSource(endpoint: Endpoint): Source {
  const create = dialects[endpoint.source];
  if (create === undefined)
    throw new Error(`endpoint ${endpoint.name}: the source ${endpoint.source} is not supported yet`);
  const gate = createGate(endpoint);
  const dialect = create(endpoint);
  return {
    ...dialect,
    answer: endpoint.answer ?? dialect.answer,
    read(received) {
      const refusal = gate(received);
      return refusal === undefined ? dialect.read(received) : { refusal };
    },
  };
}
