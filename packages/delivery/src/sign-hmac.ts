import { createHmac, createSecretKey } from 'node:crypto';
import type { SignedForSubscriber, Signing } from '@relay/core';
import type { Sign, Signed } from './sign.ts';

type Hmac = Extract<Signing, { readonly kind: 'hmac' }>;

/** A signature for each key in one header, in the way in which receivers of another sender's webhooks expect it. */
export function createHmacSign({
  header,
  algorithm,
  encoding,
  prefix,
  keys,
  separator,
  signed,
  timestamp,
}: Hmac): Sign {
  const secrets = keys.map((key) => createSecretKey(key));

  function signatures(request: Signed): string {
    const pieces = signed.map((part) => pieceOf(part, request));
    const digests = secrets.map((secret) => {
      const signature = createHmac(algorithm, secret);
      for (const piece of pieces) signature.update(piece);
      return `${prefix}${signature.digest(encoding)}`;
    });
    return digests.join(separator);
  }

  return (request) => {
    if (timestamp === undefined) return { [header]: signatures(request) };
    const time = `${timestamp.prefix}${request.timestamp}`;
    return timestamp.header === header
      ? { [header]: `${time}${timestamp.separator}${signatures(request)}` }
      : { [timestamp.header]: time, [header]: signatures(request) };
  };
}

function pieceOf(part: SignedForSubscriber, request: Signed): string | Buffer {
  return typeof part === 'object' ? part.text : request[part];
}
