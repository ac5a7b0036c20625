import type { Endpoint, Received, Verify } from '@relay/core';
import { addSecrets, type OutgoingRequest, requestsFor, type VendorName } from '@relay/simulators';
import { credentials } from './callback.ts';

/** A callback as its vendor sends it, and the endpoint that takes it. */
export interface ReadCase {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly received: Received;
  /** The callback itself where it is JSON, else ThingSpace's. */
  readonly yardstick: Buffer;
}

const inBody: Partial<Verify> = { credentials: [credentials] };
const hash: Partial<Verify> = {
  callbackHash: { salts: ['a-salt'], accountId: '1000001', apiKeys: ['00000000-1111-2222-3333-444444444444'] },
};
const inHeader: Partial<Verify> = { header: { name: 'x-relay-secret', secrets: ['a-secret-of-the-bench'] } };
/** Over the whole body. */
const signature: Partial<Verify> = {
  hmac: {
    header: 'x-signature',
    keys: [Buffer.from('a-key-of-the-bench')],
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    separator: '',
    signed: ['body'],
  },
};

/** One for each source, with everything verified that the vendor lets one verify. */
export function readCases(): ReadCase[] {
  const thingspace = vendorCase('thingspace', inBody, { bytes: 1024, services: ['NiddService'] });
  const json = thingspace.received.body;
  return [
    thingspace,
    { ...vendorCase('thingspace-soap', inBody, { bytes: 1024 }), yardstick: json },
    { ...vendorCase('voximplant', hash, { bytes: 350 }), name: 'voximplant, callbacks: 1' },
    { ...vendorCase('voximplant', hash, { bytes: 3_500, callbacks: 10 }), name: 'voximplant, callbacks: 10' },
    vendorCase('ixc-acs', inHeader, { bytes: 130 }),
    genericCase(json),
  ];
}

interface Wanted {
  readonly bytes: number;
  /** In one request; default 1. */
  readonly callbacks?: number;
  readonly services?: readonly string[];
}

const seed = 1;
/** So many are made up to choose from. */
const count = 500;
const url = 'http://127.0.0.1/callbacks';

/** Of what the vendor's simulator sends, what is nearest to so many bytes. */
function vendorCase(vendor: VendorName, verify: Partial<Verify>, { bytes, callbacks = 1, services = [] }: Wanted) {
  const endpoint = endpointOf(vendor, verify);
  const requests = requestsFor({ vendor, url, seed, verify: endpoint.verify, count, services, batch: callbacks });
  const [nearest] = Array.from(requests)
    .filter(({ keys }) => keys.length === callbacks)
    .map(({ outgoing }) => outgoing(1))
    .sort((one, other) => Math.abs(one.body.length - bytes) - Math.abs(other.body.length - bytes));
  if (nearest === undefined) throw new Error(`${vendor} has no request with ${callbacks} callbacks`);
  return caseOf(endpoint, nearest);
}

/** Any body can be signed; the id is found in it. */
function genericCase(body: Buffer): ReadCase {
  const endpoint = { ...endpointOf('generic', signature), naming: { correlationId: [{ pointer: '/requestId' }] } };
  const headers = { 'content-type': 'application/json' };
  return caseOf(endpoint, addSecrets({ endpoint, url, body, headers, at: Date.now() }));
}

function endpointOf(source: Endpoint['source'], verify: Partial<Verify>): Endpoint {
  return {
    name: source,
    source,
    path: '/callbacks',
    account: '0000000001-00001',
    service: undefined,
    verify: { credentials: [], allow: ['192.0.2.0/24'], ...verify },
    dedupMs: 3_600_000,
  };
}

function caseOf(endpoint: Endpoint, { body, headers }: OutgoingRequest): ReadCase {
  const received = { body, headers, ip: '192.0.2.1', at: Date.now(), target: endpoint.path };
  return { name: endpoint.name, endpoint, received, yardstick: body };
}
