import { isUtf8 } from 'node:buffer';
import type { KeptMessage, Source, SourceName } from '@relay/core';
import { isJsonType } from './content-type.ts';
import { parseJson, textOf, withoutMark } from './json-body.ts';

/** What is known of a message beside its body, in the attributes of CloudEvents 1.0, all of them texts. */
type Attributes = Readonly<Record<string, string>>;

/** Servers refuse large heads, and would refuse such a message for ever; what is left out here is in the body. */
const maxValueLength = 1024;
const unknownContentType = 'application/octet-stream';

/**
 * A message as one JSON (structured content mode), as docs/payload.md describes it. The body is put in as the text that it
 * is where it is JSON, since parsed and written again long numbers would lose digits, and as base64 where it is not.
 */
export function structuredCloudEvent(source: Pick<Source, 'decode'>, name: SourceName, message: KeptMessage): Buffer {
  const { body, contentType = unknownContentType } = message;
  const attributes = attributesOf(source, name, message);
  if (!isUtf8(body) || parseJson(body) === undefined) {
    const datacontenttype = attributeValue(contentType) ?? unknownContentType;
    return Buffer.from(JSON.stringify({ ...attributes, datacontenttype, data_base64: body.toString('base64') }));
  }
  // A reader takes data for JSON only where its type says so.
  const datacontenttype = isJsonType(contentType) ? attributeValue(contentType) : undefined;
  const head = JSON.stringify({ ...attributes, datacontenttype: datacontenttype ?? 'application/json' });
  return Buffer.from(`${head.slice(0, -1)},"data":${textOf(withoutMark(body))}}`);
}

/** What goes with a body that is sent as it is (binary content mode): the attributes as headers, and its content type. */
export function binaryCloudEvent(
  source: Pick<Source, 'decode'>,
  name: SourceName,
  message: KeptMessage,
): { readonly contentType: string | undefined; readonly headers: Readonly<Record<string, string>> } {
  const attributes = Object.entries(attributesOf(source, name, message));
  const headers = Object.fromEntries(attributes.map(([attribute, text]) => [`ce-${attribute}`, headerValue(text)]));
  // A vendor's body that is a CloudEvent itself must not be taken for this one.
  const contentType = eventType.test(message.contentType ?? '') ? unknownContentType : message.contentType;
  return { contentType, headers };
}

const eventType = /^\s*application\/cloudevents/i;

function attributesOf(source: Pick<Source, 'decode'>, name: SourceName, message: KeptMessage): Attributes {
  const { devices } = source.decode(message.body, message.contentType);
  const optional = {
    subject: devices[0]?.id,
    relayaccount: message.account,
    relayservice: message.service,
    relaytype: message.type,
    relaycorrelationid: message.correlationId,
    relaystatus: message.status,
  };
  const known = Object.entries(optional).flatMap(([attribute, text]) => {
    const value = attributeValue(text ?? '');
    return value === undefined ? [] : [[attribute, value] as const];
  });
  return {
    specversion: '1.0',
    id: message.id,
    source: `/${message.endpoint}`,
    type: eventTypeOf(name, message.type),
    time: new Date(message.receivedAt).toISOString(),
    relayendpoint: message.endpoint,
    relaysource: name,
    ...Object.fromEntries(known),
  };
}

/** The vendor's word at its end as long as it is one word: receivers route by the type. */
function eventTypeOf(name: SourceName, type: string | undefined): string {
  return type !== undefined && word.test(type) ? `callback-relay.${name}.${type}` : `callback-relay.${name}`;
}

const word = /^[\w.-]{1,128}$/;

/** A text that an attribute may have: not empty, not too long for a header, and without the characters that CloudEvents forbids. */
function attributeValue(text: string): string | undefined {
  const value = text.toWellFormed().replace(forbidden, '\ufffd');
  return value === '' || headerValue(value).length > maxValueLength ? undefined : value;
}

const forbidden = /[\p{Control}\p{Noncharacter_Code_Point}]/gu;

/** As the HTTP binding of CloudEvents writes an attribute: visible ASCII, but for quotes and percent signs, the rest percent-encoded. */
function headerValue(text: string): string {
  return text.replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent);
}
