import { isUtf8 } from 'node:buffer';
import { charsetLabelIn, charsetOf } from './charset.ts';

/**
 * The text of an XML body, or undefined when it is not UTF-8 and names a charset that nobody knows. As RFC 7303 has it, a
 * byte order mark goes before the content type, and that before the XML declaration; without any of them it is UTF-8.
 *
 * Whether it is UTF-16 its first bytes tell, whatever is declared: a text put together in .NET often declares UTF-16 and
 * is sent in UTF-8; and what says to be ASCII is in UTF-8 where it is not. Bytes that are not the UTF-8 they should be are read as Latin-1, since a callback refused for one odd
 * letter in an SMS would be gone for good.
 */
export function xmlText(body: Buffer, contentType: string | undefined): string | undefined {
  const { text, certain } = placedXmlText(body);
  const label = certain ? undefined : (charsetLabelIn(contentType) ?? charsetLabelIn(declarationOf(text)));
  const charset = label === undefined || /^(?:us-)?ascii$/i.test(label) ? 'utf-8' : charsetOf(label);
  if (charset === undefined && isUtf8(body)) return text;
  if (charset === undefined || charset === withoutMarkup) return undefined;
  return charset.startsWith('utf-') ? text : new TextDecoder(charset).decode(body);
}

export interface PlacedText {
  /** It has no lone surrogates. Its markup is the body's whatever the charset, but for `withoutMarkup`. */
  readonly text: string;
  /** Whether the first bytes tell the charset. */
  readonly certain: boolean;
  /** Where in the body the characters at these places in the text begin. The places ascend. */
  bytesAt(places: readonly number[]): number[];
}

/** The text of an XML body by its bytes alone, for finding places in the body. */
export function placedXmlText(body: Buffer): PlacedText {
  const [first, second] = body;
  if ((first === 0xff && second === 0xfe) || (first === lessThan && second === 0)) return utf16Text(body, 'utf-16le');
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === lessThan)) return utf16Text(body, 'utf-16be');

  const certain = first === 0xef && second === 0xbb && body[2] === 0xbf;
  const start = certain ? 3 : 0;
  const rest = body.subarray(start);
  if (!isUtf8(rest)) {
    return { text: rest.toString('latin1'), certain, bytesAt: (places) => places.map((place) => start + place) };
  }
  const text = rest.toString();
  return { text, certain, bytesAt: (places) => utf8Places(text, places, start) };
}

const lessThan = 0x3c;

/** The one charset that TextDecoder knows in which the bytes of markup may stand for letters. It is not taken. */
const withoutMarkup = 'iso-2022-jp';

function utf16Text(body: Buffer, charset: 'utf-16le' | 'utf-16be'): PlacedText {
  const start = body[0] === lessThan || body[1] === lessThan ? 0 : 2;
  const text = new TextDecoder(charset).decode(body);
  return { text, certain: true, bytesAt: (places) => places.map((place) => start + 2 * place) };
}

/** Each counts from the one before: a body may be full of them. */
function utf8Places(text: string, places: readonly number[], start: number): number[] {
  let last = 0;
  let byte = start;
  return places.map((place) => {
    byte += Buffer.byteLength(text.slice(last, place));
    last = place;
    return byte;
  });
}

/** The XML declaration, which is short and at the very beginning. */
function declarationOf(text: string): string | undefined {
  return text.startsWith('<?xml') ? text.slice(0, maxDeclarationLength).split('?>', 1)[0] : undefined;
}

const maxDeclarationLength = 256;
