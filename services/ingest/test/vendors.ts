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
  readonly answer: Answer;
}

/** A vendor in whose bodies something is read. */
export interface Reader extends Vendor {
  /** What a callback is verified or named by, and says once. */
  readonly name: string;
  /** The same callback, with one more of this name beside that one. */
  readonly bodyWith: (name: string, content: string) => string;
}

const empty: Answer = { status: 200, body: '' };
const json = { 'content-type': 'application/json' };

const thingspace: Reader = {
  endpoint: carrier,
  headers: json,
  body: (content) => `{${members(credentials)},"more":${content}}`,
  name: 'username',
  bodyWith: (name, content) => `{"${name}":"x",${members(credentials)},"more":${content}}`,
  answer: empty,
};

function members(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

const soap: Reader = {
  endpoint: { ...carrier, name: 'uws', path: '/uws', source: 'thingspace-soap' },
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: (content) => envelope(content),
  name: 'Password',
  bodyWith: (name, content) => envelope(content, `<${name}>x</${name}>`),
  answer: {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
  },
};

function envelope(content: string, more = ''): string {
  const { username, password } = credentials;
  const callback = `<Username>${username}</Username><Password>${password}</Password>${more}<Data>${content}</Data>`;
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><CallbackRequest>${callback}</CallbackRequest></e:Body></e:Envelope>`;
}

const callbackHash = { salts: ['salt-nobody-knows'], accountId: '1000001', apiKeys: ['key-nobody-knows'] };

export const voximplant: Reader = {
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
  name: 'callback_id',
  bodyWith: (name, content) => `{"callbacks":[{"${name}":1,${genuineMembers()},"more":${content}}]}`,
  answer: { status: 200, contentType: 'application/json', body: '{"result":1}' },
};

let lastCallbackId = 500_000;

function genuineMembers(): string {
  lastCallbackId += 1;
  const { salts, accountId, apiKeys } = callbackHash;
  const genuine = hash('md5', `${salts[0]}${accountId}${apiKeys[0]}${lastCallbackId}`);
  return `"callback_id":${lastCallbackId},"account_id":${accountId},"hash":"${genuine}"`;
}

const ixc: Reader = {
  endpoint: { ...carrier, name: 'ixc', path: '/ixc', source: 'ixc-acs', verify: { credentials: [], allow: [] } },
  headers: json,
  body: (content) => `{"protocolo":"a-protocol","more":${content}}`,
  name: 'protocolo',
  bodyWith: (name, content) => `{"${name}":"another","protocolo":"a-protocol","more":${content}}`,
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

/** With `generic`, all there are. */
export const readers: readonly Reader[] = [thingspace, soap, voximplant, ixc];
export const vendors: readonly Vendor[] = [...readers, generic];

/** Everything in these requests that no log line may hold. */
export const secrets = /private words|not-a-secret|nobody-knows|[0-9a-f]{32}/;
