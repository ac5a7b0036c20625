import { hash, timingSafeEqual } from 'node:crypto';
import type { Credentials } from '@relay/core';

/**
 * Whether a username and password are among those accepted; none accepted means not checked. Every pair is compared,
 * and as a digest, so that the time it takes tells nothing about how much was right.
 */
export function createAcceptedCredentials(
  accepted: readonly Credentials[],
): (username: unknown, password: unknown) => boolean {
  if (accepted.length === 0) return () => true;
  const known = accepted.map(({ username, password }) => digestOf(username, password));
  return (username, password) => {
    if (typeof username !== 'string' || typeof password !== 'string') return false;
    const given = digestOf(username, password);
    return known.filter((digest) => timingSafeEqual(digest, given)).length > 0;
  };
}

function digestOf(username: string, password: string): Buffer {
  return hash('sha256', JSON.stringify([username, password]), 'buffer');
}
