import type { Hmac, Received, SignedPart } from '@relay/core';
import { headerBytes, wireBytes } from './header-bytes.ts';

/** What was signed: pieces to put one behind the other; undefined when the request lacks one of them. */
export type SignedText = (received: Received, timestamp: string) => readonly (string | Buffer)[] | undefined;

type Piece = (received: Received, timestamp: string) => string | Buffer | undefined;

/**
 * Prepares `hmac.signed` once. It throws where a signature would not show that the body and the timestamp are the
 * vendor's, and where the public URL would be needed but is not known.
 */
export function compileSigned(
  { signed, timestamp: stamped, bodyHashQuery }: Hmac,
  path: string,
  url: string | undefined,
): SignedText {
  if (!signed.includes('body') && !(signed.includes('url') && bodyHashQuery !== undefined))
    throw new Error('verify.hmac.signed needs {body}, or {url} together with verify.hmac.bodyHashQuery');
  if (signed.includes('timestamp') !== (stamped !== undefined))
    throw new Error('verify.hmac.timestamp and {timestamp} in verify.hmac.signed need each other');
  const pieces = signed.map((part, index) => {
    const besideBody = signed[index - 1] === 'body' || signed[index + 1] === 'body';
    return part === 'url' && besideBody ? withoutQuery(urlPiece(path, url)) : pieceFor(part, path, url);
  });

  return (received, timestamp) => {
    const found = pieces.map((piece) => piece(received, timestamp)).filter((piece) => piece !== undefined);
    return found.length === pieces.length ? found : undefined;
  };
}

function pieceFor(part: SignedPart, path: string, url: string | undefined): Piece {
  if (part === 'body') return ({ body }) => body;
  if (part === 'timestamp') return (_, timestamp) => timestamp;
  if (part === 'url') return urlPiece(path, url);
  return 'text' in part ? () => part.text : headerPiece(part.header);
}

/** An empty header shows nothing: what seems to vouch for it would do so for any callback without one. */
function headerPiece(name: string): Piece {
  return ({ headers }) => {
    const bytes = headerBytes(headers, name);
    return bytes?.length === 0 ? undefined : bytes;
  };
}

/** The public URL, with what the vendor had registered behind the path: a secret, and the query letter by letter. */
function urlPiece(path: string, url: string | undefined): Piece {
  if (url === undefined) throw new Error('{url} in verify.hmac.signed needs ingest.publicUrl');
  return ({ target }) => (target.startsWith(path) ? wireBytes(url + target.slice(path.length)) : undefined);
}

/** With nothing between URL and body, a byte of a query could wander into the body, under the same signature. */
function withoutQuery(piece: Piece): Piece {
  return (received, timestamp) => (received.target.includes('?') ? undefined : piece(received, timestamp));
}
