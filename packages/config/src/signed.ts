import { isHeaderName } from './header.ts';
import { nearMiss } from './near-miss.ts';

const placeholder = /\{(?<name>[^{}]*)\}/g;
const header = /^header:(?<name>.*)$/s;
const known = ['body', 'timestamp', 'url', 'header:'];

/** What stands between the braces of `{timestamp}.{body}`: `timestamp` and `body`. */
export function placeholdersOf(signed: string): readonly string[] {
  return [...signed.matchAll(placeholder)].map((match) => match.groups?.name ?? '');
}

/** What is wrong with the text by itself, or undefined. */
export function signedFault(signed: string): string | undefined {
  if (/[{}]/.test(signed.replace(placeholder, ''))) return 'has a brace without its other one';
  return placeholdersOf(signed)
    .map(placeholderFault)
    .find((fault) => fault !== undefined);
}

function placeholderFault(name: string): string | undefined {
  const headerName = header.exec(name)?.groups?.name;
  if (headerName !== undefined)
    return isHeaderName(headerName) ? undefined : `{${name}} must have a header’s name after the colon`;
  if (known.includes(name)) return undefined;
  const meant = nearMiss(name, known);
  return meant === undefined
    ? `{${name}} stands for nothing; only {body}, {timestamp}, {url} and {header:<name>} are filled in`
    : `{${name}} stands for nothing; did you mean {${meant === 'header:' ? 'header:<name>' : meant}}?`;
}

/** The same with the names of headers in lower case. */
export function withLowerCaseHeaders(signed: string): string {
  return signed.replace(placeholder, (written, name: string) => (header.test(name) ? written.toLowerCase() : written));
}
