import type { Endpoint } from '@relay/core';
import { sampleNames } from '@relay/testkit';
import { conforms } from './conformance.ts';
import { json, listed } from './formats.ts';
import type { Secret, Vendor } from './vendor.ts';

const username = 'acct-0000000001-00001';
const passwords: Readonly<Record<Secret, string>> = {
  first: 'not-a-secret',
  second: 'the-next-one',
  wrong: 'a-wrong-one',
  none: '',
};

const vendor: Vendor = {
  endpoint: (secrets): Endpoint => ({
    name: 'thingspace-carrier',
    source: 'thingspace',
    path: '/thingspace/carrier',
    account: undefined,
    service: undefined,
    verify: { credentials: secrets.map((secret) => ({ username, password: passwords[secret] })), allow: [] },
    dedupMs: 3_600_000,
  }),
  request: (body, secret) => ({
    body: Buffer.from(body.toString('latin1').replace(`"${passwords.first}"`, `"${passwords[secret]}"`), 'latin1'),
    headers: { 'content-type': 'application/json' },
    ip: '3.87.163.45',
    at: 1_700_000_000_000,
    target: '/thingspace/carrier',
  }),
  // One of them is the resend of another.
  samples: sampleNames('thingspace-rest').filter((name) => !name.includes('retry')),
  format: json,
  body: (content) => bodyWith(`"deviceResponse":${content}`),
  identified: (digits) => bodyWith(`"requestId":"${digits}","requestNumber":${digits}`),
  resend: (body) => Buffer.from(body.toString().replace('"callbackCount": 1', '"callbackCount": 2')),
  repeated: [
    bodyWith('"username":"other"'),
    bodyWith(`"password":"${passwords.first}"`),
    bodyWith('"\\u0070assword":"other"'),
    bodyWith('"requestId":"1","requestId":"2"'),
    bodyWith('"__proto__":1,"__proto__":2'),
  ],
  tampered: 'another message',
  malformed: 'refused',
  secrets: [username, ...Object.values(passwords).filter((password) => password !== '')],
  growing: {
    'members of the envelope': (bytes) =>
      vendor.request(
        bodyWith(listed('', bytes, (n) => `"name${n}":{"deviceIds":[{"id":"${n}","kind":"mdn"}]}`, '')),
        'first',
      ),
    'members of the envelope with numbers': (bytes) =>
      vendor.request(
        bodyWith(listed('', bytes, (n) => `"name${n}":{"deviceIds":[{"id":1,"kind":"mdn"},{"id":2}]}`, '')),
        'first',
      ),
    'members of the envelope of one name': (bytes) =>
      vendor.request(bodyWith(listed('', bytes, (n) => `"requestId":${n}`, '')), 'first'),
  },
};

conforms('thingspace', vendor);

function bodyWith(members: string): Buffer {
  return Buffer.from(`{"username":"${username}","password":"${passwords.first}",${members},"callbackCount":1}`);
}
