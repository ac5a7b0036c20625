import { textOf } from './json-body.ts';

/**
 * The fields of an `application/x-www-form-urlencoded` body by their names, in the order in which they are named first;
 * a name that is there several times has several values. It reads bytes, as Latin-1 where they are not UTF-8: Node's own
 * readers lose such letters, and take most of a second for a mebibyte of them.
 */
export function formFields(body: Buffer): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const field of body.toString('latin1').split('&')) {
    if (field === '') continue;
    const equals = field.indexOf('=');
    const name = decoded(equals === -1 ? field : field.slice(0, equals));
    const value = decoded(equals === -1 ? '' : field.slice(equals + 1));
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

function decoded(bytes: string): string {
  if (plain.test(bytes)) return bytes;
  const all = bytes.replaceAll('+', ' ').replace(encodedByte, (encoded) => byteOf(encoded));
  return textOf(Buffer.from(all, 'latin1'));
}

const plain = /^[\w.*~-]*$/;
const encodedByte = /%[0-9a-f]{2}/gi;

function byteOf(encoded: string): string {
  return String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
}
