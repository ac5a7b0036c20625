import { createHash } from 'node:crypto';
import { sampleNames } from '@relay/testkit';
import { conforms } from './conformance.ts';
import { json, listed } from './formats.ts';
import type { Secret, Vendor } from './vendor.ts';

const salt = 'test-salt';
const accountId = '1000001';
const apiKeys: Readonly<Record<Secret, string>> = {
  first: '00000000-1111-2222-3333-444444444444',
  second: '55555555-6666-7777-8888-999999999999',
  wrong: 'ffffffff-eeee-dddd-cccc-bbbbbbbbbbbb',
  none: '',
};

const vendor: Vendor = {
  endpoint: (secrets) => ({
    name: 'voximplant',
    source: 'voximplant',
    path: '/voximplant',
    account: undefined,
    service: undefined,
    verify: {
      credentials: [],
      allow: [],
      ...(secrets.length > 0 && {
        callbackHash: { salts: [salt], accountId, apiKeys: secrets.map((secret) => apiKeys[secret]) },
      }),
    },
    dedupMs: 86_400_000,
  }),
  request: (body, secret) => ({
    body: signed(body, secret),
    headers: { 'content-type': 'application/json' },
    ip: '198.51.100.1',
    at: 1_700_000_000_000,
    target: '/voximplant',
  }),
  samples: sampleNames('voximplant').filter((name) => !name.includes('bad-hash')),
  format: json,
  body: (content) => callbacks(callback('500100', `"new_type":${content}`)),
  identified: (digits) => callbacks(callback(digits, '"new_type":{}')),
  namesAccount: true,
  repeated: [
    callbacks(callback('500100', '"callback_id":500101')),
    callbacks(callback('500100', '"account_id":1000001')),
    callbacks(callback('500100', '"hash":"00000000000000000000000000000000"')),
    callbacks(callback('500100', '"\\u0068ash":"00000000000000000000000000000000"')),
  ],
  tampered: 'the same message',
  malformed: 'refused',
  secrets: [salt, '"hash"', ...Object.values(apiKeys).filter((key) => key !== '')],
  growing: {
    callbacks: (bytes) => {
      const length = Math.ceil(bytes / callback('500100', '"js_fail":{}').length);
      const elements = Array.from({ length }, (_, n) => callback(String(500_100 + n), '"js_fail":{}'));
      return vendor.request(callbacks(elements.join(',')), 'first');
    },
    'members of a callback': (bytes) =>
      vendor.request(
        callbacks(
          callback(
            '500100',
            listed('', bytes, (n) => `"name${n}":${n}`, ''),
          ),
        ),
        'first',
      ),
    'members of the request': (bytes) =>
      vendor.request(Buffer.from(listed('{"callbacks":[],', bytes, (n) => `"name${n}":${n}`, '}')), 'first'),
  },
};

conforms('voximplant', vendor);
conforms('voximplant, requests as a whole', {
  ...vendor,
  endpoint: (secrets) => ({ ...vendor.endpoint(secrets), batch: 'whole' }),
});

function callbacks(elements: string): Buffer {
  return Buffer.from(`{"callbacks":[${elements}]}`);
}

function callback(id: string, members: string): string {
  return `{"callback_id":${id},"type":"new_type","account_id":${accountId},"hash":"${hashOf(id, 'first')}",${members}}`;
}

function hashOf(callbackId: string, secret: Secret): string {
  return createHash('md5').update(`${salt}${accountId}${apiKeys[secret]}${callbackId}`).digest('hex');
}

/** Puts the secret's hash behind each callback id, where there is a hash. */
function signed(body: Buffer, secret: Secret): Buffer {
  const text = body.toString('latin1');
  const resigned = text.replaceAll(
    /("callback_id":\s*)(\d+)([^{}]*?)"hash":(\s*)"[0-9a-f]{32}"/g,
    (_, before, id, between, space) =>
      secret === 'none'
        ? `${before}${id}${between}"none":null`
        : `${before}${id}${between}"hash":${space}"${hashOf(id, secret)}"`,
  );
  return Buffer.from(resigned, 'latin1');
}
