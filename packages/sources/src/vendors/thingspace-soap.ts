import type { Answer, Decoded, Endpoint, Message, Reading, Received, Source } from '@relay/core';
import { createAcceptedCredentials } from '../accepted-credentials.ts';
import { decodedWith } from '../content.ts';
import { digestOf } from '../digest.ts';
import { headerText } from '../header-bytes.ts';
import { nameTwice, refuse } from '../refuse.ts';
import { resendWindowMs } from '../resend-window.ts';
import { parseXml, readXml, type XmlElement, xmlContent } from '../xml.ts';
import { canonicalXml } from '../xml-canonical.ts';
import { placedXmlText } from '../xml-text.ts';
import { childOf, thingspaceSoapFacts, wordIn } from './thingspace-soap-facts.ts';

/**
 * Verizon ThingSpace, Unified Web Services: a `CallbackRequest`, or for an SMS that a device sent an `SmsCallbackRequest`,
 * in a SOAP envelope. As over REST, every callback carries the username and password of its registration in clear. How
 * the listener's side is typed is not published, so elements go by their local names, in any order and with any others
 * beside them, in SOAP 1.1, 1.2 or no envelope, and nothing but the credentials is required.
 */
export function createThingspaceSoap(endpoint: Endpoint): Source {
  const accepted = createAcceptedCredentials(endpoint.verify.credentials);

  function read({ body, headers, at }: Received): Reading {
    const contentType = headerText(headers, 'content-type');
    const reading = readXml(body, contentType);
    if ('fault' in reading) return refuse('unreadable', `A ThingSpace callback is XML, but the body ${reading.fault}`);
    const callback = callbackIn(reading.root);
    if (callback === undefined)
      return refuse('unreadable', 'The SOAP envelope does not have one body with one callback');
    if (repeatsName(callback)) {
      return refuse('unreadable', nameTwice);
    }
    if (!acceptedIn(callback)) {
      return refuse(
        'unauthorized',
        'Username and Password in the body are none of verify.credentials of this endpoint',
      );
    }
    const facts = thingspaceSoapFacts(callback, endpoint);
    const vendorAttempt = attemptOf(callback);
    const message: Message = {
      body,
      contentType,
      receivedAt: at,
      digest: digestOf(['thingspace-soap', facts.account, endpoint.service], Buffer.from(repeatedPart(callback))),
      vendorAttempt,
      ...(vendorAttempt === undefined && { resendWithinMs: resendWindowMs.unnumbered }),
      facts,
    };
    return { messages: [message] };
  }

  /** White space around them may come from whoever laid the XML out. */
  function acceptedIn(callback: XmlElement): boolean {
    const asWritten = accepted(childOf(callback, 'Username')?.text, childOf(callback, 'Password')?.text);
    return asWritten || accepted(wordIn(callback, 'Username'), wordIn(callback, 'Password'));
  }

  function decode(body: Buffer, contentType: string | undefined): Decoded {
    const reading = readXml(body, contentType);
    const callback = 'root' in reading ? callbackIn(reading.root) : undefined;
    if (callback === undefined) return decodedWith([], redact(body), contentType);
    const content = xmlContent(without(callback, credentialNames));
    return {
      devices: thingspaceSoapFacts(callback, endpoint).devices,
      content: `{${JSON.stringify(callback.name)}:${content}}`,
    };
  }

  return { read, answer, decode, redact };
}

/**
 * What the vendor expects is not published: a 2xx is documented for REST, and an empty envelope is what a SOAP client
 * can read. One of 1.1 does for a callback in 1.2 too, since nothing is in it that anybody would look for.
 */
const answer: Answer = {
  status: 200,
  contentType: 'text/xml; charset=utf-8',
  body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
};

/** The one element in the envelope's body, or the root where there is no envelope. */
function callbackIn(root: XmlElement): XmlElement | undefined {
  if (root.name !== 'Envelope') return root;
  const [body, ...otherBodies] = root.children.filter(({ name }) => name === 'Body');
  if (body === undefined || otherBodies.length > 0) return undefined;
  const [callback, ...others] = body.children;
  return others.length === 0 ? callback : undefined;
}

const credentialNames: ReadonlySet<string> = new Set(['Username', 'Password']);

/** What a callback is verified and named by, and must not have twice. */
const singular = [...credentialNames, 'RequestId'];

function repeatsName({ children }: XmlElement): boolean {
  return singular.some((singularName) => children.filter(({ name }) => name === singularName).length > 1);
}

/**
 * What a resend repeats: not its number, and not the credentials, since the password may change between the two. The
 * request id is part of it, and not enough by itself: one request brings a callback per device.
 */
function repeatedPart(callback: XmlElement): string {
  const { children, ...rest } = without(callback, omitted);
  return canonicalXml({
    ...rest,
    children: children.map((child) => (child.name === 'Data' ? without(child, attemptNames) : child)),
  });
}

const attemptNames: ReadonlySet<string> = new Set(['CallbackCount']);
const omitted: ReadonlySet<string> = new Set([...credentialNames, ...attemptNames]);

function without(element: XmlElement, names: ReadonlySet<string>): XmlElement {
  return { ...element, children: element.children.filter(({ name }) => !names.has(name)) };
}

/** `CallbackCount` came with later versions; whether beside Data or in it is not documented. */
function attemptOf(callback: XmlElement): number | undefined {
  const data = childOf(callback, 'Data');
  const count = wordIn(callback, 'CallbackCount') ?? (data && wordIn(data, 'CallbackCount'));
  return count !== undefined && /^[1-9]\d{0,8}$/.test(count) ? Number(count) : undefined;
}

/**
 * The body with nothing in the Username and Password of its callback, or in those of a SOAP header. Where they stand is told
 * by the same parser that verified them. Of XML that has them somewhere but is no callback, kept while the endpoint had
 * another source, nothing is left.
 */
function redact(body: Buffer): Buffer {
  const { text, bytesAt } = placedXmlText(body);
  const reading = parseXml(text);
  const callback = 'root' in reading ? callbackIn(reading.root) : undefined;
  if (!('root' in reading) || callback === undefined) {
    return beginsLikeXml.test(text) && credentialTag.test(text) ? Buffer.alloc(0) : body;
  }
  const header = childOf(reading.root, 'Header');
  const secrets = [
    ...(header === undefined ? [] : credentialsWithin(header)),
    ...callback.children.filter(isCredential),
  ]
    .map(({ content }) => content)
    .filter(({ start, end }) => start < end)
    .sort((one, other) => one.start - other.start);
  const places = bytesAt(secrets.flatMap(({ start, end }) => [start, end]));
  const pieces: Buffer[] = [];
  for (let at = -1; at < places.length; at += 2) pieces.push(body.subarray(places[at] ?? 0, places[at + 1]));
  return secrets.length === 0 ? body : Buffer.concat(pieces);
}

const beginsLikeXml = /^\ufeff?\s*</;
const credentialTag = /[<:](?:Username|Password)[\s/>]/;

function isCredential({ name }: XmlElement): boolean {
  return credentialNames.has(name);
}

function credentialsWithin({ children }: XmlElement): XmlElement[] {
  return children.flatMap((child) => (isCredential(child) ? [child] : credentialsWithin(child)));
}
