import type { SignedForSubscriber, Signing } from '@relay/core';
import * as z from 'zod';
import { block, oneOf, text, wants } from './declare.ts';
import { ownHeaderName } from './declare-headers.ts';
import { isHeaderValue } from './header.ts';
import { keyForms } from './hmac-key.ts';
import { type ReadSecret, secretList, secretText } from './secret.ts';
import { parseSignedForSubscriber } from './signed.ts';
import { hmacSigning, standardSigning } from './signing.ts';

/** `sign` of a subscriber: as Standard Webhooks says, or, with `header`, in the style of another vendor. */
export function declareSigning(readSecret: ReadSecret) {
  return block({
    secret: secretList(secretText(readSecret))
      .exactOptional()
      .describe(
        'A secret of 24 to 64 bytes: whsec_ and base64, or plain text; or file: and the path of a file that holds it. A list, newest first, signs with each. With header, the key, 8 bytes at least.',
      ),
    privateKey: secretList(secretText(readSecret))
      .exactOptional()
      .describe(
        'An Ed25519 private key, or a list of them, newest first: whsk_ and base64, or PEM; or file: and the path of a file that holds it.',
      ),
    header: ownHeaderName()
      .exactOptional()
      .describe(
        'The header that carries the signature, for subscribers that expect it in the style of another vendor.',
      ),
    key: oneOf(keyForms)
      .exactOptional()
      .describe(
        'With header: how the secret is written: `text`, the default, `base64` (a leading whsec_ is dropped) or `hex`.',
      ),
    algorithm: oneOf(['sha1', 'sha256', 'sha512'])
      .exactOptional()
      .describe('With header: the hash: `sha1`, `sha256` or `sha512`.'),
    encoding: oneOf(['hex', 'base64'])
      .exactOptional()
      .describe('With header: how the signature is written: `hex` or `base64`.'),
    prefix: headerPart().exactOptional().describe('With header: what stands before a signature, such as `sha256=`.'),
    separator: headerPart()
      .exactOptional()
      .describe('With header: what stands between the signatures of several secrets.'),
    signed: signedText()
      .exactOptional()
      .describe(
        'With header: what is signed, with {body}, {timestamp} and {id} for what they stand for; {body} where it is left out.',
      ),
    timestamp: declareTimestamp()
      .exactOptional()
      .describe('With header: where the time is said, in seconds, beside webhook-timestamp.'),
  }).transform((written, context): Signing => {
    // An unknown key was meant to say something.
    if (context.issues.length > 0) return z.NEVER;
    const made = written.header === undefined ? standardSigning(written) : hmacSigning(written, written.header);
    if ('kind' in made) return made;
    for (const { message, path } of made.faults) context.addIssue({ code: 'custom', message, path: [...path] });
    return z.NEVER;
  });
}

function headerPart() {
  return z.string().refine(isHeaderValue, {
    error: wants('must be text that a header can carry: no line breaks, no characters beyond Latin-1'),
  });
}

function signedText() {
  return text().transform((written, context): readonly SignedForSubscriber[] => {
    const parsed = parseSignedForSubscriber(written);
    if ('parts' in parsed) return parsed.parts;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  });
}

function declareTimestamp() {
  return block({
    header: ownHeaderName()
      .transform((name) => name.toLowerCase())
      .describe('The header that carries the time; it may be the signature’s own, which then begins with it.'),
    prefix: headerPart().default('').describe('What stands before the time in the header, such as `t=`.'),
    separator: headerPart().default('').describe('What stands between the time and the signature in one header.'),
  });
}
