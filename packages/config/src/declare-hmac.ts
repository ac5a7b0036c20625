import type { Hmac, SignedPart } from '@relay/core';
import * as z from 'zod';
import { block, duration, headerName, oneOf, text } from './declare.ts';
import { decodeKeys, keyForms } from './hmac-key.ts';
import { type ReadSecret, secretList, secretText } from './secret.ts';
import { parseSigned } from './signed.ts';

/** `verify.hmac`: a signature that a header carries. Half of one is a mistake, so that it never fails open. */
export function declareHmac(readSecret: ReadSecret) {
  return block({
    header: headerName().describe('The header that carries the signature.'),
    secret: secretList(secretText(readSecret)).describe(
      'The key, or a list of which any passes; or file: and the path of a file that holds it.',
    ),
    key: oneOf(keyForms)
      .default('text')
      .describe('How the secret is written: `text`, `base64` (a leading whsec_ is dropped) or `hex`.'),
    algorithm: oneOf(['sha1', 'sha256', 'sha512']).describe('The hash: `sha1`, `sha256` or `sha512`.'),
    encoding: oneOf(['hex', 'base64']).describe('How the signature is written: `hex` or `base64`.'),
    prefix: z.string().default('').describe('What stands before a signature in the header, such as `sha256=`.'),
    separator: z
      .string()
      .default('')
      .describe('What stands between several signatures in the header; empty for one signature.'),
    signed: signedText()
      .prefault('{body}')
      .describe('What is signed, with {body}, {timestamp}, {url} and {header:<name>} for what they stand for.'),
    timestamp: declareTimestamp()
      .exactOptional()
      .describe('When the vendor signed, so that nothing old is sent again.'),
    bodyHashQuery: text()
      .exactOptional()
      .describe('The query parameter of a signed URL that holds the SHA-256 of the body in hex.'),
  })
    .superRefine(checkSigned)
    .transform(({ secret, key, ...rest }, context): Hmac => {
      const decoded = decodeKeys(secret, key);
      if ('keys' in decoded) return { ...rest, keys: decoded.keys };
      context.addIssue({ code: 'custom', message: decoded.fault, path: ['secret'] });
      return z.NEVER;
    });
}

function signedText() {
  return text().transform((written, context): readonly SignedPart[] => {
    const parsed = parseSigned(written);
    if ('parts' in parsed) return parsed.parts;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  });
}

function declareTimestamp() {
  return block({
    header: headerName().describe('The header that carries it; it may be the signature’s own.'),
    prefix: z.string().default('').describe('What stands before the time in the header, such as `t=`.'),
    separator: z
      .string()
      .default('')
      .describe('What stands between the time and what else is in the header; empty for nothing else.'),
    tolerance: duration({ min: '1s', max: '1h' }).prefault('5m').describe('How far from now it may lie.'),
  }).transform(({ tolerance, ...rest }) => ({ ...rest, toleranceMs: tolerance }));
}

interface Signed {
  readonly signed: readonly SignedPart[];
  readonly timestamp?: unknown;
  readonly bodyHashQuery?: string;
}

function checkSigned(hmac: Signed, context: z.core.$RefinementCtx): void {
  for (const [key, message] of signedFaults(hmac)) context.addIssue({ code: 'custom', message, path: [key] });
}

function signedFaults({ signed, timestamp, bodyHashQuery }: Signed): readonly (readonly [keyof Signed, string])[] {
  const faults: (readonly [keyof Signed, string])[] = [];
  if (bodyHashQuery !== undefined && !signed.includes('url'))
    faults.push(['bodyHashQuery', 'is only good with {url} in signed: otherwise anybody could write it']);
  else if (bodyHashQuery === undefined && !signed.includes('body'))
    faults.push([
      'signed',
      'must have {body} in it, or {url} and bodyHashQuery beside it: otherwise any body would pass',
    ]);
  if (signed.includes('timestamp') && timestamp === undefined)
    faults.push(['signed', '{timestamp} stands for nothing, since there is no timestamp beside it']);
  if (!signed.includes('timestamp') && timestamp !== undefined)
    faults.push(['timestamp', 'is not signed, so anybody could write it: put {timestamp} into signed']);
  return faults;
}
