import type { SignedPart } from '@relay/core';
import { isHeaderName } from './header.ts';
import { nearMiss } from './near-miss.ts';

/** `{timestamp}.{body}` as the parts that it is put together from, or what is wrong with it by itself. */
export function parseSigned(written: string): { readonly parts: readonly SignedPart[] } | { readonly fault: string } {
  const parts: SignedPart[] = [];
  // Split so, every second piece is what stands between braces.
  for (const [index, piece] of written.split(/\{([^{}]*)\}/).entries()) {
    const fault = index % 2 === 0 ? textFault(piece) : placeholderFault(piece);
    if (fault !== undefined) return { fault };
    if (index % 2 === 1) parts.push(partFor(piece));
    else if (piece !== '') parts.push({ text: piece });
  }
  const fault = neighbourFault(parts);
  return fault === undefined ? { parts } : { fault };
}

function textFault(piece: string): string | undefined {
  return /[{}]/.test(piece) ? 'has a brace without its other one' : undefined;
}

const headerMark = 'header:';
const words = ['body', 'timestamp', 'url'] as const;
const known = [...words, headerMark];

function placeholderFault(name: string): string | undefined {
  if (name.startsWith(headerMark))
    return isHeaderName(name.slice(headerMark.length))
      ? undefined
      : `{${name}} must have a header’s name after the colon`;
  if (known.includes(name)) return undefined;
  const meant = nearMiss(name, known);
  return meant === undefined
    ? `{${name}} stands for nothing; only {body}, {timestamp}, {url} and {header:<name>} are filled in`
    : `{${name}} stands for nothing; did you mean {${meant === headerMark ? 'header:<name>' : meant}}?`;
}

function partFor(name: string): SignedPart {
  return words.find((word) => word === name) ?? { header: name.slice(headerMark.length).toLowerCase() };
}

/** Whoever has one genuine callback could make another of it, with the same signature. */
function neighbourFault(parts: readonly SignedPart[]): string | undefined {
  const wandering = parts.some((part, index) => {
    const next = parts[index + 1];
    return (part === 'body' && isHeader(next)) || (isHeader(part) && next === 'body');
  });
  return wandering
    ? 'must have text between {body} and a header: otherwise a byte could wander from one to the other'
    : undefined;
}

/** Whoever sends it chooses its length; that of a timestamp is not, nor that of a URL without a query. */
function isHeader(part: SignedPart | undefined): boolean {
  return typeof part === 'object' && 'header' in part;
}
