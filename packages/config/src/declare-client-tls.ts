import type { ClientTls } from '@relay/core';
import type * as z from 'zod';
import { authorityFault, certificateFault } from './certificate.ts';
import { block } from './declare.ts';
import { type ReadSecret, secretFile } from './secret.ts';

/** `tls` of a subscriber: what the relay shows it, and who vouches for it. */
export function declareClientTls(readSecret: ReadSecret) {
  return block({
    cert: secretFile(readSecret, 'the certificate')
      .exactOptional()
      .describe(
        'The path of a PEM file with the certificate that the relay shows, and behind it those that vouch for it.',
      ),
    key: secretFile(readSecret, 'its private key')
      .exactOptional()
      .describe('The path of a PEM file with the certificate’s private key.'),
    ca: secretFile(readSecret, 'authorities')
      .exactOptional()
      .describe('The path of a PEM file with authorities that vouch for the subscriber, beside the well-known ones.'),
  }).superRefine(checkTls);
}

function checkTls({ cert, key, ca }: ClientTls, context: z.core.$RefinementCtx): void {
  const add = (message: string, path: readonly string[]) =>
    context.addIssue({ code: 'custom', message, path: [...path] });
  // An unknown key was meant to say something, and so was a file that cannot be read.
  if (context.issues.length > 0) return;
  if (cert === undefined && key === undefined && ca === undefined)
    add('says nothing: give cert and key, or ca, or leave it out', []);
  if (cert !== undefined && key === undefined)
    add('is missing: the certificate in cert is of no use without it', ['key']);
  if (key !== undefined && cert === undefined)
    add('is missing: the private key in key is of no use without it', ['cert']);
  const fault = cert === undefined || key === undefined ? undefined : certificateFault({ cert, key });
  if (fault !== undefined) add(fault.message, [fault.key]);
  const message = ca === undefined ? undefined : authorityFault(ca);
  if (message !== undefined) add(message, ['ca']);
}
