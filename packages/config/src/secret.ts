import * as z from 'zod';
import { listOrOne, text, wants } from './declare.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** Answers a secret file's content; throws as node:fs does. */
export type ReadSecret = (path: string) => string;

const fileMark = 'file:';

/** A text that may stand in a file of its own: `file:/run/secrets/x` is what that file holds, without a last line break. */
export function secretText(readSecret: ReadSecret) {
  return z
    .string()
    .transform((written, context) =>
      written.startsWith(fileMark)
        ? read(readSecret, written.slice(fileMark.length), context).replace(/\r?\n$/, '')
        : written,
    )
    .pipe(z.string().min(1, { error: wants('must not be empty'), abort: true }));
}

/** What a file holds that can only be named, with `file:` in front or without; `content` in words. */
export function secretFile(readSecret: ReadSecret, content: string) {
  return text(`is missing: write the path of a PEM file with ${content}`).transform((written, context) =>
    read(readSecret, written.startsWith(fileMark) ? written.slice(fileMark.length) : written, context),
  );
}

/** A longer path than people write is rather a key without its line breaks. */
const mostPathCharacters = 256;

function read(readSecret: ReadSecret, path: string, context: z.core.$RefinementCtx): string {
  // What has been taken for a path is neither quoted nor looked for: the folder of it would show in logs.
  if (path.length > mostPathCharacters || /[\r\n]|-----BEGIN/.test(path)) {
    const message = `must be the path of a file, of ${mostPathCharacters} characters at most, not its contents`;
    context.addIssue({ code: 'custom', message });
    return '';
  }
  try {
    return readSecret(path);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot read the file ${path}: ${whyUnreadable(error)}` });
    return '';
  }
}

/** A secret, or a list of which any will do. */
export function secretList<Secret extends z.ZodType<string>>(secret: Secret) {
  return z.union(listOrOne(secret), { error: wants('must be text, or a list of texts') });
}
