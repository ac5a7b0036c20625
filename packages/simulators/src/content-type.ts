import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';

const byExtension: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.xml': 'text/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.form': 'application/x-www-form-urlencoded',
};
const form = /^[\w.~%+*-]+=[^\s]*$/;

/** What a file is sent as, by the end of its name, else by what is in it. */
export function contentTypeOf(file: string, body: Buffer): string {
  return byExtension[extname(file).toLowerCase()] ?? byContents(body);
}

function byContents(body: Buffer): string {
  if (!isUtf8(body)) return 'application/octet-stream';
  const text = body.toString().trim();
  if (/^[[{]/.test(text)) return 'application/json';
  if (text.startsWith('<')) return 'text/xml; charset=utf-8';
  return form.test(text) ? 'application/x-www-form-urlencoded' : 'text/plain; charset=utf-8';
}
