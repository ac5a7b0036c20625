import { createHash } from 'node:crypto';
import type { Endpoint, SourceName, Verify } from '@relay/core';
import { withCallbackHashes, withJsonCredentials, withXmlCredentials } from './body-credentials.ts';
import { type Forgery, forge } from './forgery.ts';
import { signatureHeaders } from './signature.ts';
import { withParameters } from './with-parameters.ts';

/** A request as it goes out, with everything that shows, or pretends, who sent it. */
export interface OutgoingRequest {
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RequestWithoutSecrets {
  readonly endpoint: Pick<Endpoint, 'source' | 'verify' | 'url'>;
  /** Where to post: the endpoint's path behind a base, without what `verify` wants in the URL; it may have a query. */
  readonly url: string;
  readonly body: Buffer;
  /** Names in lower case. What is here is sent unless it is a secret's place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Epoch ms, for signatures with a timestamp. */
  readonly at: number;
  readonly forgery?: Forgery | undefined;
}

/** A body as the vendor of an endpoint would send it, with everything the endpoint verifies it by; the first of several secrets. */
export function addSecrets(request: RequestWithoutSecrets): OutgoingRequest {
  const { endpoint, url, body, headers = {}, at, forgery } = request;
  const genuine = endpoint.verify;
  const verify = forgery === undefined ? genuine : forge(genuine, forgery);
  const complete = withBodySecrets(endpoint.source, body, genuine, verify);
  const known = { ...vendorHeaders(endpoint.source), ...headers, ...secretHeaders(verify) };
  const signed = { body: complete, url: withUrlSecrets(urlToSign(request), verify, complete), at, headers: known };
  const signature = verify.hmac === undefined ? {} : signatureHeaders(verify.hmac, signed);
  return { url: withUrlSecrets(url, verify, complete), headers: { ...known, ...signature }, body: complete };
}

/** Only the vendors that authenticate inside of the body have something done to it. */
function withBodySecrets(source: SourceName, body: Buffer, genuine: Verify, verify: Verify): Buffer {
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

/** What the vendor has registered: the relay's public URL with the query that it is posted to with. */
function urlToSign({ endpoint, url }: RequestWithoutSecrets): string {
  const [, query] = atQuery(url);
  return endpoint.url === undefined ? url : `${endpoint.url}${query}`;
}

function withUrlSecrets(url: string, { path, query, hmac }: Verify, body: Buffer): string {
  const [place, given] = atQuery(url);
  const bodyHash = hmac?.bodyHashQuery;
  return withParameters(`${place}${path === undefined ? '' : `/${path[0]}`}${given}`, {
    ...(query && { [query.name]: query.secrets[0] ?? '' }),
    ...(bodyHash !== undefined && { [bodyHash]: createHash('sha256').update(body).digest('hex') }),
  });
}

function atQuery(url: string): readonly [place: string, query: string] {
  const place = url.replace(/\?.*/s, '');
  return [place, url.slice(place.length)];
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
