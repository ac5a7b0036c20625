import type { Endpoint } from '@relay/core';

/** So much of a path is looked at, and so much of it shown, in characters. */
const maxLookedAt = 1_000;
const maxShown = 100;

/**
 * A path that leads nowhere, as people may see it: secrets of paths and queries are masked however they are spelt, and
 * what stands behind a character that no path of an endpoint needs is left out, for it may be a query that went wrong.
 */
export function createShownPath(endpoints: readonly Endpoint[]): (path: string) => string {
  const given = endpoints.flatMap(({ verify }) => [...(verify.path ?? []), ...(verify.query?.secrets ?? [])]);
  // One may begin like another.
  const secrets = [...new Set(given.flatMap((secret) => [secret, decoded(secret)]))].sort(
    (a, b) => b.length - a.length,
  );
  const known = secrets.length === 0 ? undefined : new RegExp(secrets.map(RegExp.escape).join('|'), 'gi');

  return (path) => {
    const text = decoded(path.slice(0, maxLookedAt));
    const masked = known === undefined ? text : text.replace(known, '…');
    return (/^[\w./~…-]*/.exec(masked)?.[0] ?? '').slice(0, maxShown);
  };
}

/** What is no escape, or none of a character, stays or becomes a sign for that. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString());
}
