import type { Received } from '@relay/core';

/** A header's text; undefined when it is missing, or there several times and nobody knows which one counts. */
export function headerText(headers: Received['headers'], name: string): string | undefined {
  const text = headers[name];
  return typeof text === 'string' ? text : undefined;
}

/** What a header's text was on the wire: Node reads every byte as one letter. */
export function wireBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
