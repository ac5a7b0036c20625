import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether a text is one of the secrets. All are compared, each by its hash, so that the time it takes tells nothing
 * about how much was right. No secret at all, or an empty one, would let anybody in: it throws then.
 */
export function createAcceptedSecrets(key: string, secrets: readonly string[]): (given: string) => boolean {
  if (secrets.length === 0 || secrets.includes('')) throw new Error(`${key} needs a secret that is not empty`);
  const known = secrets.map(digestOf);
  return (given) => {
    const digest = digestOf(given);
    return known.filter((secret) => timingSafeEqual(secret, digest)).length > 0;
  };
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
