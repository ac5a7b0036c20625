import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { once } from './once.ts';

/** What a content type, or an XML declaration, calls its charset: `text/xml; charset=utf-8`, `<?xml version="1.0" encoding="utf-8"`. */
export function charsetLabelIn(text: string | undefined): string | undefined {
  return text?.match(/[;\s](?:charset|encoding)\s*=\s*["']?([^\s"';]+)/i)?.[1];
}

/** The charset that a label stands for; undefined when nobody knows it. */
export function charsetOf(label: string): string | undefined {
  return decoderFor(label)?.encoding;
}

/**
 * Reads bytes that are not UTF-8 in the charset that a content type names. Undefined is answered for UTF-8, whatever is
 * declared, and where no charset is named that is known and has all of these bytes. UTF-16 does not count: what stands
 * around these bytes was read as ASCII.
 */
export function createDeclaredText(contentType: string): (bytes: Buffer) => string | undefined {
  const decoder = once(() => {
    const named = decoderFor(charsetLabelIn(contentType));
    return named?.encoding.startsWith('utf-16') ? undefined : named;
  });
  return (bytes) => {
    if (isUtf8(bytes)) return undefined;
    try {
      return decoder()?.decode(bytes);
    } catch {
      return undefined;
    }
  };
}

/** It throws at bytes that the charset does not have. */
function decoderFor(label: string | undefined): TextDecoder | undefined {
  try {
    return label === undefined ? undefined : new TextDecoder(label, { fatal: true });
  } catch {
    return undefined;
  }
}
