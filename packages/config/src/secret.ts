import * as z from 'zod';
import { wants } from './declare.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** Answers a secret file's content; throws as node:fs does. */
export type ReadSecret = (path: string) => string;

const fileMark = 'file:';

/** A text that may stand in a file of its own: `file:/run/secrets/x` is what that file holds, without a last line break. */
export function secretText(readSecret: ReadSecret) {
  return z
    .string()
    .transform((written, context) => {
      if (!written.startsWith(fileMark)) return written;
      const path = written.slice(fileMark.length);
      try {
        return readSecret(path).replace(/\r?\n$/, '');
      } catch (error) {
        context.addIssue({ code: 'custom', message: `cannot read the file ${path}: ${whyUnreadable(error)}` });
        return z.NEVER;
      }
    })
    .pipe(z.string().min(1, { error: wants('must not be empty'), abort: true }));
}

const minBytes = 24;
const maxBytes = 64;

/** A Standard Webhooks secret: `whsec_` and base64, or plain text whose bytes are the key. */
export function signingSecret(readSecret: ReadSecret) {
  return secretText(readSecret).superRefine((secret, context) => {
    const message = signingSecretFault(secret);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

function signingSecretFault(secret: string): string | undefined {
  if (secret.startsWith('whsk_') || secret.startsWith('whpk_'))
    return 'signing with a key pair is not supported yet; use whsec_ and base64';
  const base64 = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : undefined;
  if (base64 !== undefined && !/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(base64)) {
    return 'must be base64 after whsec_';
  }
  const length = base64 === undefined ? Buffer.byteLength(secret) : Buffer.byteLength(base64, 'base64');
  if (length >= minBytes && length <= maxBytes) return undefined;
  return `must be ${minBytes} to ${maxBytes} bytes; make one with: echo "whsec_$(openssl rand -base64 32)"`;
}
