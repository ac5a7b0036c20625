import type { Auth } from '@relay/core';

/** What says at every attempt who the relay is; an access token (OAuth2) has to be fetched first, and is not in here. */
export function fixedAuthorization(auth: Auth | undefined): Readonly<Record<string, string>> {
  switch (auth?.kind) {
    case 'basic':
      return { authorization: basic(auth.username, auth.password) };
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'oauth2':
    case undefined:
      return {};
  }
}

/** HTTP Basic (RFC 7617), in UTF-8. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
