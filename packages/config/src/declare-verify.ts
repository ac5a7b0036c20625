import type { Verify } from '@relay/core';
import * as z from 'zod';
import { addressRange, block, headerName, text, wants } from './declare.ts';
import { declareHmac } from './declare-hmac.ts';
import { isHeaderText } from './header.ts';
import { type ReadSecret, secretList, secretText } from './secret.ts';

const leastCharacters = 8;
/** URLs stand in logs and in vendors' forms: what guards one has to be long. */
const leastPathCharacters = 16;

/** `verify` of an endpoint: how a genuine callback is told from a forged one. Which source has which key is in source-faults.ts. */
export function declareVerify(readSecret: ReadSecret) {
  const secret = secretText(readSecret).refine(({ length }) => length >= leastCharacters, {
    error: wants(`must be at least ${leastCharacters} characters: a shorter one could be guessed`),
  });
  const headerSecret = secret.refine(isHeaderText, {
    error: wants('must be text that a header can carry: no line breaks, no space at its ends, nothing beyond Latin-1'),
  });
  return block({
    credentials: pairs(readSecret)
      .exactOptional()
      .describe(
        'thingspace, thingspace-soap: username and password that the vendor echoes in each callback. Any pair passes, so list the old one too while a new one takes effect.',
      ),
    allow: z
      .array(addressRange())
      .min(1, { error: wants('must not be an empty list: leave it out to allow every address') })
      .exactOptional()
      .describe('Addresses and ranges that callbacks may come from; without it, any.'),
    basic: pairs(readSecret).exactOptional().describe('Username and password of HTTP Basic. Any pair passes.'),
    bearer: secretList(headerSecret)
      .exactOptional()
      .describe('The token of `Authorization: Bearer`, or a list of which any passes.'),
    header: block({
      name: headerName().describe('The header’s name.'),
      secret: secretList(headerSecret).describe('What it has to say, or a list of which any passes.'),
    })
      .transform(named)
      .exactOptional()
      .describe('A header that carries a secret.'),
    query: block({
      name: text().describe('The parameter’s name.'),
      secret: secretList(secret).describe('What it has to say, or a list of which any passes.'),
    })
      .transform(named)
      .exactOptional()
      .describe('A query parameter of the URL that carries a secret.'),
    path: secretList(pathSecret(readSecret))
      .exactOptional()
      .describe(
        'A secret at the end of the URL, behind the endpoint’s path and a slash, or a list of which any passes: at least 16 letters, digits, dots, dashes, underscores and tildes.',
      ),
    hmac: declareHmac(readSecret).exactOptional().describe('A signature that a header carries.'),
    salt: secretList(secretText(readSecret))
      .exactOptional()
      .describe('voximplant: the callback salt of the account, or a list of which any passes.'),
    accountId: text().exactOptional().describe('voximplant: the account’s id, which its hash is made of.'),
    apiKey: secretList(secretText(readSecret))
      .exactOptional()
      .describe('voximplant: the account’s API key, or a list of which any passes.'),
  })
    .refine((keys) => Object.keys(keys).length > 0, {
      error: 'says nothing, so nothing would be verified: give at least one of its keys, or leave it out',
      // An unknown key was meant to say something.
      when: ({ issues }) => issues.length === 0,
    })
    .transform(({ credentials = [], allow = [], salt, accountId, apiKey, ...rest }): Verify => {
      const verify = { credentials, allow, ...rest };
      // Where one of them is missing there is a fault already, and no configuration comes of this.
      if (salt === undefined || accountId === undefined || apiKey === undefined) return verify;
      return { ...verify, callbackHash: { salts: salt, accountId, apiKeys: apiKey } };
    });
}

function pairs(readSecret: ReadSecret) {
  return z
    .array(
      block({
        username: text().describe('The username registered with the vendor.'),
        password: secretText(readSecret).describe(
          'The password registered with the vendor, or file: and the path of a file that holds it.',
        ),
      }),
    )
    .min(1, { error: wants('must not be an empty list: it would let everyone in') });
}

function pathSecret(readSecret: ReadSecret) {
  return secretText(readSecret).refine((secret) => secret.length >= leastPathCharacters && /^[\w.~-]*$/.test(secret), {
    error: wants(
      `must be at least ${leastPathCharacters} letters, digits, dots, dashes, underscores or tildes; make one with: openssl rand -hex 32`,
    ),
  });
}

function named({ name, secret }: { readonly name: string; readonly secret: readonly string[] }) {
  return { name, secrets: secret };
}
