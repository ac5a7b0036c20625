import type { Signing } from '@relay/core';
import { createHmacSign } from './sign-hmac.ts';
import { createStandardSign } from './sign-standard-webhooks.ts';

/** What there is to sign. */
export interface Signed {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: string;
  readonly body: Buffer;
}

/** Signs a request: the headers that carry its signatures, by their names in lower case. */
export type Sign = (signed: Signed) => Readonly<Record<string, string>>;

/** Prepares the keys once. It throws for a key that is none. */
export function createSign(signing: Signing): Sign {
  switch (signing.kind) {
    case 'standard-webhooks':
      return createStandardSign(signing);
    case 'hmac':
      return createHmacSign(signing);
  }
}
