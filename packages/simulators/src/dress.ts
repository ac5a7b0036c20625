import { createHash } from 'node:crypto';
import type { Endpoint, SourceName, Verify } from '@relay/core';
import { withCallbackHashes, withJsonCredentials, withXmlCredentials } from './body-credentials.ts';
import { type Forgery, forge } from './forgery.ts';
import { signatureHeaders } from './signature.ts';

/** A request as it goes out. */
export interface Letter {
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Bare {
  readonly endpoint: Pick<Endpoint, 'source' | 'verify' | 'url'>;
  /** Where to post: the endpoint's path behind a base, without what `verify` wants in the URL. */
  readonly url: string;
  readonly body: Buffer;
  /** Names in lower case. What is here is sent unless it is a secret's place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Epoch ms, for signatures with a timestamp. */
  readonly at: number;
  readonly forgery?: Forgery | undefined;
}

/** A body as the vendor of an endpoint would send it, with everything the endpoint verifies it by; the first of several secrets. */
export function dress({ endpoint, url, body, headers = {}, at, forgery }: Bare): Letter {
  const genuine = endpoint.verify;
  const verify = forgery === undefined ? genuine : forge(genuine, forgery);
  const dressed = dressBody(endpoint.source, body, genuine, verify);
  const suffix = urlSuffix(verify, dressed);
  const known = { ...vendorHeaders(endpoint.source), ...headers, ...secretHeaders(verify) };
  const signed = { body: dressed, url: `${endpoint.url ?? url}${suffix}`, at, headers: known };
  const signature = verify.hmac === undefined ? {} : signatureHeaders(verify.hmac, signed);
  return { url: `${url}${suffix}`, headers: { ...known, ...signature }, body: dressed };
}

/** Only the vendors that authenticate inside of the body have something done to it. */
function dressBody(source: SourceName, body: Buffer, genuine: Verify, verify: Verify): Buffer {
  const [credentials] = verify.credentials;
  if (source === 'thingspace' && credentials !== undefined) {
    return rewritten(body, (text) => withJsonCredentials(text, credentials));
  }
  if (source === 'thingspace-soap' && credentials !== undefined) {
    return rewritten(body, (text) => withXmlCredentials(text, credentials));
  }
  const { callbackHash } = genuine;
  if (source === 'voximplant' && callbackHash !== undefined) {
    return rewritten(body, (text) => withCallbackHashes(text, callbackHash, verify.callbackHash));
  }
  return body;
}

/** A body whose text comes out as it was stays the same bytes. */
function rewritten(body: Buffer, rewrite: (text: string) => string): Buffer {
  const text = body.toString();
  const changed = rewrite(text);
  return changed === text ? body : Buffer.from(changed);
}

/** Of ThingSpace, the user agent was seen on live accounts. That a SOAP request has an action is likely, its text unknown. */
function vendorHeaders(source: SourceName): Record<string, string> {
  switch (source) {
    case 'thingspace':
      return { 'content-type': 'application/json', 'user-agent': "Verizon's callback service" };
    case 'thingspace-soap':
      return { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' };
    case 'voximplant':
    case 'ixc-acs':
      return { 'content-type': 'application/json' };
    case 'generic':
      return {};
  }
}

function urlSuffix({ path, query, hmac }: Verify, body: Buffer): string {
  const parameters = new URLSearchParams();
  if (query !== undefined) parameters.set(query.name, query.secrets[0] ?? '');
  if (hmac?.bodyHashQuery !== undefined) {
    parameters.set(hmac.bodyHashQuery, createHash('sha256').update(body).digest('hex'));
  }
  return `${path === undefined ? '' : `/${path[0]}`}${parameters.size === 0 ? '' : `?${parameters}`}`;
}

function secretHeaders({ basic, bearer, header }: Verify): Record<string, string> {
  const [pair] = basic ?? [];
  const [token] = bearer ?? [];
  return {
    ...(pair && { authorization: `Basic ${Buffer.from(`${pair.username}:${pair.password}`).toString('base64')}` }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(header && { [header.name.toLowerCase()]: header.secrets[0] ?? '' }),
  };
}
