import { isUtf8 } from 'node:buffer';
import type { Decoded, Device } from '@relay/core';
import { formFields } from './form.ts';
import { parseJson, textOf, withoutMark } from './json-body.ts';
import { readXml, xmlContent } from './xml.ts';

/**
 * A body of any kind as a JSON text: JSON as it is, whatever the content type says; a form as an object, with a list
 * for a name that is there several times; XML as an object with its root as the one member; other text as a text; and
 * bytes as `{"base64": "…"}`. It never throws.
 */
export function contentOf(body: Buffer, contentType = ''): string {
  return readContent(body, contentType) ?? otherContent(body);
}

/** The same beside the devices that the body names. */
export function decodedWith(devices: readonly Device[], body: Buffer, contentType = ''): Decoded {
  const content = readContent(body, contentType);
  return content === undefined ? { devices, content: otherContent(body), opaque: true } : { devices, content };
}

function readContent(body: Buffer, contentType: string): string | undefined {
  // As it came in: parsed and written again it would lose digits, and deep nesting would need a deep stack.
  if (parseJson(body) !== undefined) return textOf(withoutMark(body));
  if (form.test(contentType)) return formContent(body);
  if (xml.test(contentType) || beginsLikeXml(body)) return xmlDocument(body, contentType);
  return undefined;
}

const form = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const xml = /^[^;]*[/+]xml\s*(?:;|$)/i;

function formContent(body: Buffer): string {
  // `fromEntries` makes `__proto__` a member like others.
  const members = Array.from(formFields(body), ([name, values]) => [name, values.length === 1 ? values[0] : values]);
  return JSON.stringify(Object.fromEntries(members));
}

/** XML is sent under other content types too, and without any. */
function beginsLikeXml(body: Buffer): boolean {
  return /^\s*</.test(withoutMark(body).toString('latin1', 0, 256));
}

function xmlDocument(body: Buffer, contentType: string): string | undefined {
  const reading = readXml(body, contentType);
  return 'root' in reading ? `{${JSON.stringify(reading.root.name)}:${xmlContent(reading.root)}}` : undefined;
}

function otherContent(body: Buffer): string {
  return JSON.stringify(isUtf8(body) ? textOf(withoutMark(body)) : { base64: body.toString('base64') });
}
