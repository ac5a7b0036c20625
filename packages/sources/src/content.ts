import { isUtf8 } from 'node:buffer';
import type { Decoded, Device } from '@relay/core';
import { createDeclaredText } from './charset.ts';
import { formFields } from './form.ts';
import { parseJson, textOf, withoutMark } from './json-body.ts';
import { readXml, xmlContent } from './xml.ts';

/**
 * A body of any kind as a JSON text: JSON as it is, whatever the content type says; a form as an object, with a list
 * for a name that is there several times; XML as an object with its root as the one member; other text as a text; and
 * bytes as `{"base64": "…"}`. JSON and forms that are not UTF-8 are read in the charset of the content type, else in
 * Latin-1. It never throws.
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
  if (parseJson(body) !== undefined) return jsonText(withoutMark(body), contentType);
  if (form.test(contentType)) return formContent(body, contentType);
  if (xml.test(contentType) || beginsLikeXml(body)) return xmlDocument(body, contentType);
  return undefined;
}

const form = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const xml = /^[^;]*[/+]xml\s*(?:;|$)/i;

/** Where letters of the declared charset take in backslashes, as in Shift_JIS, it would not be the JSON that its bytes are. */
function jsonText(json: Buffer, contentType: string): string {
  const text = createDeclaredText(contentType)(json);
  return text !== undefined && backslashesIn(text) === backslashesIn(json.toString('latin1')) ? text : textOf(json);
}

function backslashesIn(text: string): number {
  return text.split('\\').length - 1;
}

function formContent(body: Buffer, contentType: string): string {
  const declaredText = createDeclaredText(contentType);
  const fields = formFields(body, (bytes) => declaredText(bytes) ?? textOf(bytes));
  // `fromEntries` makes `__proto__` a member like others.
  const members = Array.from(fields, ([name, values]) => [name, values.length === 1 ? values[0] : values]);
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
