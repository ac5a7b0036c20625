import type { Received } from '@relay/core';
import { textOf } from './json-body.ts';

/**
 * A header's text as Node has it: what stands under one name several times with `, ` between, and for a few names such as
 * Content-Type the first alone. Undefined when it is missing, and for Set-Cookie, which Node has as a list.
 */
export function headerText(headers: Received['headers'], name: string): string | undefined {
  const bytes = headerBytes(headers, name);
  return bytes && textOf(bytes);
}

/** The same as it came in. */
export function headerBytes(headers: Received['headers'], name: string): Buffer | undefined {
  const letters = headers[name];
  return typeof letters === 'string' ? wireBytes(letters) : undefined;
}

/** What Node shows of a request's head is its bytes, each as one letter. */
export function wireBytes(letters: string): Buffer {
  return Buffer.from(letters, 'latin1');
}
