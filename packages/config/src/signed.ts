import type { SignedForSubscriber, SignedPart } from '@relay/core';
import { isHeaderName } from './header.ts';
import { nearMiss } from './near-miss.ts';

type Parsed<Part> = { readonly parts: readonly Part[] } | { readonly fault: string };

/** `{timestamp}.{body}` of a vendor as the parts that it is put together from, or what is wrong with it by itself. */
export function parseSigned(written: string): Parsed<SignedPart> {
  const parsed = parseParts<SignedPart>(written, partOfVendor);
  if ('fault' in parsed) return parsed;
  const fault = neighbourFault(parsed.parts);
  return fault === undefined ? parsed : { fault };
}

/** The same for what the relay signs. */
export function parseSignedForSubscriber(written: string): Parsed<SignedForSubscriber> {
  return parseParts<SignedForSubscriber>(written, partForSubscriber);
}

/** `partOf` answers what a name in braces stands for, or says why it stands for nothing. */
function parseParts<Part>(
  written: string,
  partOf: (name: string) => { readonly part: Part } | { readonly fault: string },
): Parsed<Part | { readonly text: string }> {
  const parts: (Part | { readonly text: string })[] = [];
  // Split so, every second piece is what stands between braces.
  for (const [index, piece] of written.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(piece)) return { fault: 'has a brace without its other one' };
      if (piece !== '') parts.push({ text: piece });
      continue;
    }
    const found = partOf(piece);
    if ('fault' in found) return found;
    parts.push(found.part);
  }
  return { parts };
}

const headerMark = 'header:';
const vendorWords = ['body', 'timestamp', 'url'] as const;

function partOfVendor(name: string): { readonly part: SignedPart } | { readonly fault: string } {
  const word = vendorWords.find((known) => known === name);
  if (word !== undefined) return { part: word };
  if (name === headerMark || (name.startsWith(headerMark) && !isHeaderName(name.slice(headerMark.length))))
    return { fault: `{${name}} must have a header’s name after the colon` };
  if (name.startsWith(headerMark)) return { part: { header: name.slice(headerMark.length).toLowerCase() } };
  return { fault: nothing(name, [...vendorWords, headerMark]) };
}

const subscriberWords = ['body', 'timestamp', 'id'] as const;

function partForSubscriber(name: string): { readonly part: SignedForSubscriber } | { readonly fault: string } {
  const word = subscriberWords.find((known) => known === name);
  return word === undefined ? { fault: nothing(name, subscriberWords) } : { part: word };
}

function nothing(name: string, known: readonly string[]): string {
  const shown = (word: string) => (word === headerMark ? '{header:<name>}' : `{${word}}`);
  const meant = nearMiss(name, known);
  if (meant !== undefined) return `{${name}} stands for nothing; did you mean ${shown(meant)}?`;
  const all = known.map(shown);
  return `{${name}} stands for nothing; only ${all.slice(0, -1).join(', ')} and ${all.at(-1)} are filled in`;
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
