import { sampleNames } from '@relay/testkit';
import { conforms } from './conformance.ts';
import { json, listed } from './formats.ts';
import type { Secret, Vendor } from './vendor.ts';

const header = 'x-relay-secret';
const secretTexts: Readonly<Record<Secret, string>> = {
  first: 'the-first-long-secret',
  second: 'the-second-long-secret',
  wrong: 'a-wrong-long-secret',
  none: '',
};

const vendor: Vendor = {
  endpoint: (secrets) => ({
    name: 'ixc',
    source: 'ixc-acs',
    path: '/ixc',
    account: undefined,
    service: undefined,
    verify: {
      credentials: [],
      allow: [],
      ...(secrets.length > 0 && {
        header: { name: header, secrets: secrets.map((secret) => secretTexts[secret]) },
      }),
    },
    dedupMs: 600_000,
  }),
  request: (body, secret) => ({
    body,
    headers: {
      'content-type': 'application/json',
      ...(secret !== 'none' && { [header]: secretTexts[secret] }),
    },
    ip: '198.51.100.1',
    at: 1_700_000_000_000,
    target: '/ixc',
  }),
  samples: sampleNames('ixc-acs'),
  format: json,
  body: (content) => bodyWith(`"parameters":${content}`),
  identified: (digits) => Buffer.from(`{"protocolo":${digits},"status":"success"}`),
  repeated: [
    bodyWith('"protocolo":"11111111-2222-4333-8444-000000000062"'),
    bodyWith('"status":"error"'),
    bodyWith('"st\\u0061tus":"error"'),
    bodyWith('"__proto__":1,"__proto__":2'),
  ],
  tampered: 'another message',
  malformed: 'refused',
  secrets: Object.values(secretTexts).filter((secret) => secret !== ''),
  growing: {
    'members of the reply': (bytes) =>
      vendor.request(bodyWith(listed('', bytes, (n) => `"name${n}":${n}`, '')), 'first'),
  },
};

conforms('ixc-acs', vendor);

function bodyWith(members: string): Buffer {
  return Buffer.from(
    `{"protocolo":"11111111-2222-4333-8444-000000000061","router_id":"RTR-42","status":"success",${members}}`,
  );
}
