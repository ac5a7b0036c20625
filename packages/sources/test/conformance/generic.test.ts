import { createHmac } from 'node:crypto';
import type { Endpoint } from '@relay/core';
import { sampleNames } from '@relay/testkit';
import { conforms } from './conformance.ts';
import { json, xml } from './formats.ts';
import type { Secret, Vendor } from './vendor.ts';

const keys: Readonly<Record<Secret, string>> = {
  first: 'the-first-long-secret',
  second: 'the-second-long-secret',
  wrong: 'a-wrong-long-secret',
  none: '',
};
const unspeakable = Object.values(keys).filter((key) => key !== '');

const endpoint: Endpoint = {
  name: 'other',
  source: 'generic',
  path: '/other',
  account: undefined,
  service: undefined,
  verify: { credentials: [], allow: [] },
  dedupMs: 600_000,
};

/** A vendor that signs the whole body. */
const signing: Vendor = {
  endpoint: (secrets) => ({
    ...endpoint,
    verify: {
      ...endpoint.verify,
      ...(secrets.length > 0 && {
        hmac: {
          header: 'x-signature',
          keys: secrets.map((secret) => Buffer.from(keys[secret])),
          algorithm: 'sha256',
          encoding: 'hex',
          prefix: 'sha256=',
          separator: ',',
          signed: ['body'],
        },
      }),
    },
    naming: { correlationId: [{ pointer: '/id' }] },
  }),
  request: (body, secret) =>
    requestWith(body, {
      'content-type': 'application/json',
      ...(secret !== 'none' && { 'x-signature': `sha256=${signatureOf(body, secret)}` }),
    }),
  samples: ['ixc-acs', 'thingspace-rest', 'voximplant'].flatMap((folder) => sampleNames(folder).slice(0, 3)),
  format: json,
  body: (content) => Buffer.from(`{"data":${content}}`),
  identified: (digits) => Buffer.from(`{"id":${digits}}`),
  repeated: [],
  tampered: 'refused',
  malformed: 'taken',
  secrets: unspeakable,
  growing: {
    'signatures in one header': (bytes) =>
      requestWith(Buffer.from('{}'), { 'x-signature': 'sha256=00,'.repeat(bytes / 10) }),
    'a long query': (bytes) => ({
      ...requestWith(Buffer.from('{}'), {}),
      target: `/other?${'a=b&'.repeat(bytes / 4)}`,
    }),
  },
};

/** A vendor that shows a token, and sends XML. */
const showing: Vendor = {
  endpoint: (secrets) => ({
    ...endpoint,
    verify: {
      ...endpoint.verify,
      ...(secrets.length > 0 && { bearer: secrets.map((secret) => keys[secret]) }),
    },
  }),
  request: (body, secret) =>
    requestWith(body, {
      'content-type': 'text/xml',
      ...(secret !== 'none' && { authorization: `Bearer ${keys[secret]}` }),
    }),
  samples: sampleNames('thingspace-soap'),
  format: xml,
  body: (content) => Buffer.from(`<News>${content}</News>`),
  identified: (digits) => Buffer.from(`<News>${digits}</News>`),
  repeated: [],
  tampered: 'another message',
  malformed: 'taken',
  secrets: unspeakable,
};

conforms('generic, signed', signing);
conforms('generic, with a token', showing);

function requestWith(body: Buffer, headers: Record<string, string>) {
  return { body, headers, ip: '198.51.100.1', at: 1_700_000_000_000, target: '/other' };
}

function signatureOf(body: Buffer, secret: Secret): string {
  return createHmac('sha256', keys[secret]).update(body).digest('hex');
}
