import { hash } from 'node:crypto';
import type { Answer, Endpoint } from '@relay/core';
import { carrier, credentials } from './station.ts';

/** One vendor's endpoint, and what that vendor posts there. */
export interface Vendor {
  readonly endpoint: Endpoint;
  /** With the authorization, where it is not in the body. */
  readonly headers: Readonly<Record<string, string>>;
  /** A genuine callback with this written into it, in the vendor's syntax. */
  readonly body: (content: string) => string;
  /** The same with the name twice that it is verified or named by. */
  readonly ambiguous?: (content: string) => string;
  readonly answer: Answer;
}

const empty: Answer = { status: 200, body: '' };
const json = { 'content-type': 'application/json' };

const thingspace: Vendor = {
  endpoint: carrier,
  headers: json,
  body: (content) => `{${JSON.stringify(credentials).slice(1, -1)},"more":${content}}`,
  ambiguous: (content) => `{"username":"x",${JSON.stringify(credentials).slice(1, -1)},"more":${content}}`,
  answer: empty,
};

const soap: Vendor = {
  endpoint: { ...carrier, name: 'uws', path: '/uws', source: 'thingspace-soap' },
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: (content) => envelope(content),
  ambiguous: (content) => envelope(`<Password>x</Password>${content}`),
  answer: {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
  },
};

function envelope(content: string): string {
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><CallbackRequest><Username>${credentials.username}</Username><Password>${credentials.password}</Password><Data>${content}</Data></CallbackRequest></e:Body></e:Envelope>`.replace(
    '<Data><Password>x</Password>',
    '<Password>x</Password><Data>',
  );
}

const callbackHash = { salts: ['salt-nobody-knows'], accountId: '1000001', apiKeys: ['key-nobody-knows'] };

export const voximplant: Vendor = {
  endpoint: {
    ...carrier,
    name: 'voximplant',
    path: '/voximplant',
    source: 'voximplant',
    verify: { credentials: [], allow: [], callbackHash },
    // As one message, whose body is the request's.
    batch: 'whole',
  },
  headers: json,
  body: (content) => `{"callbacks":[{${genuineMembers()},"more":${content}}]}`,
  ambiguous: (content) => `{"callbacks":[{"callback_id":1,${genuineMembers()},"more":${content}}]}`,
  answer: { status: 200, contentType: 'application/json', body: '{"result":1}' },
};

let lastCallbackId = 500_000;

function genuineMembers(): string {
  lastCallbackId += 1;
  const { salts, accountId, apiKeys } = callbackHash;
  const genuine = hash('md5', `${salts[0]}${accountId}${apiKeys[0]}${lastCallbackId}`);
  return `"callback_id":${lastCallbackId},"account_id":${accountId},"hash":"${genuine}"`;
}

const ixc: Vendor = {
  endpoint: { ...carrier, name: 'ixc', path: '/ixc', source: 'ixc-acs', verify: { credentials: [], allow: [] } },
  headers: json,
  body: (content) => `{"protocolo":"a-protocol","more":${content}}`,
  ambiguous: (content) => `{"protocolo":"another","protocolo":"a-protocol","more":${content}}`,
  answer: empty,
};

export const generic: Vendor = {
  endpoint: {
    ...carrier,
    name: 'any',
    path: '/any',
    source: 'generic',
    verify: { credentials: [], allow: [], bearer: ['token-nobody-knows'] },
  },
  headers: { ...json, authorization: 'Bearer token-nobody-knows' },
  body: (content) => content,
  answer: empty,
};

/** Of whom something is read in the body; with `generic`, all there are. */
export const readers: readonly Vendor[] = [thingspace, soap, voximplant, ixc];
export const vendors: readonly Vendor[] = [...readers, generic];

/** Everything in these requests that no log line may hold. */
export const secrets = /private words|not-a-secret|nobody-knows|[0-9a-f]{32}/;
