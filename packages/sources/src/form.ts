/**
 * The fields of an `application/x-www-form-urlencoded` body by their names, in the order in which they are named first;
 * a name that is there several times has several values. `textOf` reads the bytes of a name or a value: Node's own readers
 * lose letters that are not UTF-8, and take most of a second for a mebibyte of them.
 */
export function formFields(body: Buffer, textOf: (bytes: Buffer) => string): ReadonlyMap<string, readonly string[]> {
  const decoded = (escaped: string) => (plain.test(escaped) ? escaped : textOf(unescaped(escaped)));
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

const plain = /^[\w.*~-]*$/;

function unescaped(escaped: string): Buffer {
  const bytes = escaped.replaceAll('+', ' ').replace(encodedByte, (encoded) => byteOf(encoded));
  return Buffer.from(bytes, 'latin1');
}

const encodedByte = /%[0-9a-f]{2}/gi;

function byteOf(encoded: string): string {
  return String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
}
