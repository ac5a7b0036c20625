import type { Credentials, NamedSecret, Verify } from '@relay/core';

/** How somebody who does not know the secrets goes about it. */
export type Forgery = 'wrong' | 'empty' | 'missing';

/** Whether there is anything to be wrong about. The sender's address cannot be forged from here. */
export function isForgeable({ credentials, basic, bearer, header, query, path, hmac, callbackHash }: Verify): boolean {
  return credentials.length > 0 || [basic, bearer, header, query, path, hmac, callbackHash].some(Boolean);
}

/** What a forger takes for the secrets. Body credentials may be empty or missing, too; what else there is, is wrong. */
export function forge(verify: Verify, how: Forgery): Verify {
  const { credentials, basic, bearer, header, query, path, hmac, callbackHash } = verify;
  return {
    ...verify,
    credentials: forgeCredentials(credentials, how),
    ...(basic && { basic: basic.map(wrongPassword) }),
    ...(bearer && { bearer: bearer.map(wrong) }),
    ...(header && { header: wrongSecrets(header) }),
    ...(query && { query: wrongSecrets(query) }),
    ...(path && { path: path.map(wrong) }),
    ...(hmac && { hmac: { ...hmac, keys: hmac.keys.map((key) => Buffer.concat([key, Buffer.from('x')])) } }),
    ...(callbackHash && { callbackHash: { ...callbackHash, salts: callbackHash.salts.map(wrong) } }),
  };
}

function forgeCredentials(credentials: readonly Credentials[], how: Forgery): readonly Credentials[] {
  switch (how) {
    case 'wrong':
      return credentials.map(wrongPassword);
    case 'empty':
      return [{ username: '', password: '' }];
    case 'missing':
      return [];
  }
}

function wrongPassword({ username, password }: Credentials): Credentials {
  return { username, password: wrong(password) };
}

function wrongSecrets({ name, secrets }: NamedSecret): NamedSecret {
  return { name, secrets: secrets.map(wrong) };
}

/** Made of letters, since it may stand in a URL or a header. */
function wrong(secret: string): string {
  return `${secret}x`;
}
