import { createHmac, randomUUID } from 'node:crypto';
import type { Hmac, SignedPart } from '@relay/core';

interface Signed {
  readonly body: Buffer;
  /** The URL as the vendor knows it. */
  readonly url: string;
  /** Epoch ms. */
  readonly at: number;
  /** What is sent already, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The headers of a signature: itself, its timestamp, and what else it covers. */
export function signatureHeaders(hmac: Hmac, { body, url, at, headers }: Signed): Record<string, string> {
  const { header, keys, algorithm, encoding, prefix, separator, signed, timestamp } = hmac;
  const added: Record<string, string> = {};
  const seconds = String(Math.floor(at / 1000));
  const standsFor = (part: SignedPart): string | Buffer => {
    if (part === 'body') return body;
    if (part === 'timestamp') return seconds;
    if (part === 'url') return url;
    if ('text' in part) return part.text;
    const value = added[part.header] ?? (headers[part.header] || randomUUID());
    added[part.header] = value;
    return value;
  };

  const mac = createHmac(algorithm, keys[0] ?? '');
  for (const part of signed) mac.update(standsFor(part));
  const signature = `${prefix}${mac.digest(encoding)}`;
  if (timestamp === undefined) return { ...added, [header]: signature };
  const time = `${timestamp.prefix}${seconds}`;
  if (timestamp.header !== header) return { ...added, [timestamp.header]: time, [header]: signature };
  return { ...added, [header]: `${time}${separator || timestamp.separator}${signature}` };
}
