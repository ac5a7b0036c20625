import type { CreateSource, Endpoint, GuardedSource, SourceName } from '@relay/core';
import { createGate } from './gate.ts';
import { createGeneric } from './vendors/generic.ts';
import { createIxcAcs } from './vendors/ixc-acs.ts';
import { createThingspace } from './vendors/thingspace.ts';
import { createThingspaceSoap } from './vendors/thingspace-soap.ts';
import { createVoximplant } from './vendors/voximplant.ts';

/** The vendors' dialects. A new vendor is one file and one line here. */
const dialects: Readonly<Record<SourceName, CreateSource>> = {
  thingspace: createThingspace,
  'thingspace-soap': createThingspaceSoap,
  voximplant: createVoximplant,
  'ixc-acs': createIxcAcs,
  generic: createGeneric,
};

/** The source of an endpoint, prepared once per configuration. No request comes to a dialect but through the gate. */
export function createSource(endpoint: Endpoint): GuardedSource {
  const gate = createGate(endpoint);
  const dialect = dialects[endpoint.source](endpoint);
  return {
    ...dialect,
    answer: endpoint.answer ?? dialect.answer,
    admit: gate.admit,
    read(received) {
      const refusal = gate.admit(received) ?? gate.verifySignature(received);
      return refusal === undefined ? dialect.read(received) : { refusal };
    },
  };
}
