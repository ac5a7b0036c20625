import * as z from 'zod';
import { certificateFault } from './certificate.ts';
import { block, host, isUrl, port, text, wants } from './declare.ts';
import { type ReadSecret, secretFile } from './secret.ts';

export type DeclaredListener = z.output<ReturnType<typeof declareListener>>;

/** One item of `ingest.listeners`. */
export function declareListener(readSecret: ReadSecret) {
  return block({
    host: host().default('0.0.0.0').describe('Address to listen on.'),
    port: port().default(8080).describe('Port to listen on; 0 takes any that is free.'),
    publicUrl: publicUrl()
      .exactOptional()
      .describe('What vendors are told of the endpoints served here, instead of ingest.publicUrl.'),
    tls: block({
      cert: secretFile(readSecret, 'the certificate').describe(
        'The path of a PEM file with the certificate, and behind it those that vouch for it.',
      ),
      key: secretFile(readSecret, 'its private key').describe(
        'The path of a PEM file with the certificate’s private key.',
      ),
    })
      .superRefine((certificate, context) => {
        const fault = certificateFault(certificate);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message, path: [fault.key] });
      })
      .exactOptional()
      .describe('Certificate and key, to take https here. Without it, http.'),
    endpoints: z
      .array(text())
      .min(1, { error: wants('must not be an empty list: leave it out to serve all endpoints') })
      .exactOptional()
      .describe('Names of the endpoints served here, or globs with * and ?. Without it, all.'),
  });
}

export function publicUrl() {
  return z
    .string()
    .refine(isPublicUrl, { error: wants('must be a URL that begins with http:// or https://, without a query') })
    .transform(withoutSlashAtEnd);
}

export function withoutSlashAtEnd(url: string): string {
  return url.replace(/\/+$/, '');
}

export function isPublicUrl(written: string): boolean {
  return isUrl(written, ['http:', 'https:']) && !/[?#]/.test(written);
}
