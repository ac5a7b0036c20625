import type { Hmac, Received } from '@relay/core';
import { headerBytes, wireBytes } from './header-bytes.ts';

/** What was signed: pieces to put one behind the other; undefined when the request lacks one of them. */
export type SignedText = (received: Received, timestamp: string) => readonly (string | Buffer)[] | undefined;

type Piece = (received: Received, timestamp: string) => string | Buffer | undefined;

/**
 * Prepares `hmac.signed` once. It throws for a text whose signature would not show that the body and the timestamp are
 * the vendor's, and where the public URL would be needed but is not known.
 */
export function compileSigned(hmac: Hmac, path: string, url: string | undefined): SignedText {
  // Split so, every second one is a placeholder.
  const texts = hmac.signed.split(/(\{[^{}]*\})/);
  const pieces = texts.map((text, at) => (at % 2 === 0 ? () => text : pieceFor(text, path, url)));
  const covers = (placeholder: string) => texts.includes(placeholder);
  if (!covers('{body}') && !(covers('{url}') && hmac.bodyHashQuery !== undefined))
    throw new Error('verify.hmac.signed needs {body}, or {url} together with verify.hmac.bodyHashQuery');
  if (covers('{timestamp}') !== (hmac.timestamp !== undefined))
    throw new Error('verify.hmac.timestamp and {timestamp} in verify.hmac.signed need each other');

  return (received, timestamp) => {
    const signed = pieces.map((piece) => piece(received, timestamp)).filter((piece) => piece !== undefined);
    return signed.length === pieces.length ? signed : undefined;
  };
}

function pieceFor(placeholder: string, path: string, url: string | undefined): Piece {
  if (placeholder === '{body}') return ({ body }) => body;
  if (placeholder === '{timestamp}') return (_, timestamp) => timestamp;
  if (placeholder === '{url}') return urlPiece(path, url);
  const header = /^\{header:(.+)\}$/.exec(placeholder)?.[1]?.toLowerCase();
  if (header === undefined) throw new Error(`verify.hmac.signed cannot have ${placeholder}`);
  return ({ headers }) => headerBytes(headers, header);
}

/** The public URL, with what the vendor had registered behind the path: a secret, and the query letter by letter. */
function urlPiece(path: string, url: string | undefined): Piece {
  if (url === undefined) throw new Error('{url} in verify.hmac.signed needs ingest.publicUrl');
  return ({ target }) => (target.startsWith(path) ? wireBytes(url + target.slice(path.length)) : undefined);
}
