import type { Network } from '@relay/core';
import * as z from 'zod';
import { isEveryAddress } from './address-range.ts';
import { addressRange, block, isUrl, wants } from './declare.ts';
import { type ReadSecret, secretText } from './secret.ts';

/** `network`: which addresses may be called. */
export function declareNetwork() {
  return block({
    allowPrivate: z
      .boolean()
      .default(true)
      .describe('Whether private, loopback and other addresses that are not on the internet may be called.'),
    deny: z
      .array(addressRange())
      .default([])
      .describe('Addresses and ranges that are not called; goes before everything else.'),
    allow: z
      .array(
        addressRange().refine((range) => !isEveryAddress(range), {
          error: wants('must not be a range of every address: metadata addresses of clouds are among them'),
        }),
      )
      .default([])
      .describe('Addresses and ranges that may be called whatever else they are, link-local and metadata ones too.'),
  })
    .superRefine(({ deny, allow }, context) => {
      for (const [index, range] of allow.entries()) {
        if (!deny.includes(range)) continue;
        const message = 'never counts: deny has it too, and goes before allow';
        context.addIssue({ code: 'custom', message, path: ['allow', index] });
      }
    })
    .transform((network): Network => network);
}

/** `proxy`: the URL of a forward proxy, which may carry its password. */
export function declareProxy(readSecret: ReadSecret) {
  return secretText(readSecret).refine(isProxyUrl, {
    error: wants('must be a URL that begins with http:// or https://, without a path'),
  });
}

function isProxyUrl(written: string): boolean {
  if (!isUrl(written, ['http:', 'https:'])) return false;
  const { pathname, search, hash } = new URL(written);
  return pathname === '/' && search === '' && hash === '';
}
