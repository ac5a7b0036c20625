import type { Received } from '@relay/core';
import { sampleNames } from '@relay/testkit';
import { conforms } from './conformance.ts';
import { repeated, xml } from './formats.ts';
import type { Secret, Vendor } from './vendor.ts';

const username = 'acct-0000000001-00001';
const passwords: Readonly<Record<Secret, string>> = {
  first: 'not-a-secret',
  second: 'the-next-one',
  wrong: 'a-wrong-one',
  none: '',
};

const vendor: Vendor = {
  endpoint: (secrets) => ({
    name: 'uws-carrier',
    source: 'thingspace-soap',
    path: '/uws/carrier',
    account: undefined,
    service: undefined,
    verify: { credentials: secrets.map((secret) => ({ username, password: passwords[secret] })), allow: [] },
    dedupMs: 3_600_000,
  }),
  request: (body, secret) => ({
    body: Buffer.from(body.toString('latin1').replace(`>${passwords.first}<`, `>${passwords[secret]}<`), 'latin1'),
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    ip: '198.51.100.1',
    at: 1_700_000_000_000,
    target: '/uws/carrier',
  }),
  samples: sampleNames('thingspace-soap'),
  format: xml,
  body: (content) => bodyWith(`<Data><CarrierService><News>${content}</News></CarrierService></Data>`),
  identified: (digits) => bodyWith(`<RequestId>${digits}</RequestId><Data><Comment>x</Comment></Data>`),
  resend: (body) => Buffer.from(body.toString().replace('<CallbackCount>1<', '<CallbackCount>2<')),
  repeated: [
    bodyWith('<Username>other</Username>'),
    bodyWith(`<Password>${passwords.first}</Password>`),
    bodyWith('<u:Password>other</u:Password>'),
  ],
  tampered: 'another message',
  malformed: 'refused',
  secrets: [username, ...Object.values(passwords).filter((password) => password !== '')],
  growing: {
    'parts of the data': (bytes) => requestAbout(repeated(bytes, (n) => `<Part${n} xsi:nil="true"/>`)),
    'parts of the data with devices': (bytes) =>
      requestAbout(
        repeated(bytes, (n) => `<P${n}><Device><Kind>k</Kind><Identifier>${n}</Identifier></Device></P${n}>`),
      ),
  },
};

conforms('thingspace-soap', vendor);

function bodyWith(elements: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="http://nphase.com/unifiedwebservice/v2">
  <s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <CallbackRequest xmlns="http://nphase.com/unifiedwebservice/v2"
      ><Username>${username}</Username><Password>${passwords.first}</Password>${elements}</CallbackRequest>
  </s:Body>
</s:Envelope>`);
}

function requestAbout(parts: string): Received {
  return vendor.request(bodyWith(`<Data>${parts}</Data>`), 'first');
}
