import type { Auth } from '@relay/core';
import * as z from 'zod';
import { block, isUrl, oneOf, text, wants } from './declare.ts';
import { isHeaderText } from './header.ts';
import { type ReadSecret, secretText } from './secret.ts';

/** `auth` of a subscriber: who the relay says it is, in one of three ways. */
export function declareAuth(readSecret: ReadSecret) {
  return block({
    basic: declareBasic(readSecret).exactOptional().describe('Username and password of HTTP Basic.'),
    bearer: secretText(readSecret)
      .refine(isHeaderText, {
        error: wants(
          'must be text that a header can carry: no line breaks, no space at its ends, nothing beyond Latin-1',
        ),
      })
      .exactOptional()
      .describe('The token of `Authorization: Bearer`, or file: and the path of a file that holds it.'),
    oauth2: declareOauth2(readSecret)
      .exactOptional()
      .describe('OAuth2 client credentials: a token is fetched and renewed before it expires.'),
  })
    .superRefine(checkWays, { when: ({ value }) => typeof value === 'object' && value !== null })
    .transform(({ basic, bearer, oauth2 }, context): Auth => {
      const only = basic ?? (bearer === undefined ? oauth2 : ({ kind: 'bearer', token: bearer } as const));
      if (only !== undefined) return only;
      // An unknown key was meant to say one.
      if (context.issues.length === 0) context.addIssue({ code: 'custom', message: oneWay });
      return z.NEVER;
    });
}

const oneWay = 'must say one of basic, bearer and oauth2';

/** Also where one of them is wrong in itself: whoever mends that is not to be told of the others only then. */
function checkWays({ basic, bearer, oauth2 }: Ways, context: z.core.$RefinementCtx): void {
  const said = [basic, bearer, oauth2].filter((way) => way !== undefined);
  if (said.length > 1) context.addIssue({ code: 'custom', message: oneWay });
}

interface Ways {
  readonly basic?: unknown;
  readonly bearer?: unknown;
  readonly oauth2?: unknown;
}

function declareBasic(readSecret: ReadSecret) {
  return block({
    username: text()
      .refine((name) => !name.includes(':'), {
        error: wants('must not have a colon in it, which HTTP Basic ends it with'),
      })
      .describe('The username.'),
    password: secretText(readSecret).describe('The password, or file: and the path of a file that holds it.'),
  }).transform((pair): Auth => ({ kind: 'basic', ...pair }));
}

function declareOauth2(readSecret: ReadSecret) {
  return block({
    tokenUrl: z
      .string()
      .superRefine((url, context) => {
        const message = tokenUrlFault(url);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .describe('Where tokens are fetched: http or https.'),
    clientId: text().describe('By which name the relay is known there.'),
    clientSecret: secretText(readSecret).describe('Its secret, or file: and the path of a file that holds it.'),
    scope: text().exactOptional().describe('What the token is asked for, with spaces between.'),
    audience: text().exactOptional().describe('Whom the token is asked for, where its server wants to know.'),
    credentialsIn: oneOf(['header', 'body'])
      .default('header')
      .describe('How the relay proves itself there: in the `header`, as HTTP Basic, or in the `body` of the form.'),
  }).transform((written): Auth => ({ kind: 'oauth2', ...written }));
}

function tokenUrlFault(url: string): string | undefined {
  if (!isUrl(url, ['http:', 'https:'])) return 'must be a URL that begins with http:// or https://';
  const { username, password } = new URL(url);
  return username === '' && password === ''
    ? undefined
    : 'must not carry a username or password, which would show in logs; use clientId and clientSecret';
}
