import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Hmac, Received, SignedTimestamp } from '@relay/core';
import type { Check } from './gate.ts';
import { headerText } from './header-bytes.ts';
import { parameterOf } from './request-target.ts';
import { compileSigned } from './signed-text.ts';

/** Vendors send one signature per secret, and two secrets while they change. */
const maxSignatures = 16;

/** A signature in a header, by any of the keys. `path` and `url` are the endpoint's, for vendors who sign the URL. */
export function createHmacCheck(hmac: Hmac, path: string, url: string | undefined): Check {
  const { algorithm, encoding, keys } = hmac;
  // Anybody can sign with a key of no bytes.
  if (keys.length === 0 || keys.some((key) => key.length === 0))
    throw new Error('verify.hmac.secret needs a secret that is not empty');
  const signedText = compileSigned(hmac, path, url);

  return (received) => {
    const given = signaturesOf(received, hmac);
    if (given.length === 0) return 'Send a signature in the header of verify.hmac.header of this endpoint';
    const timestamp = hmac.timestamp === undefined ? '' : timestampOf(received, hmac.timestamp);
    if (timestamp === undefined)
      return 'Send the time of signing in the header of verify.hmac.timestamp of this endpoint, once';
    if (hmac.timestamp !== undefined && !isFresh(timestamp, received.at, hmac.timestamp.toleranceMs))
      return 'Sign again, or set the clock: the time of signing is further away than verify.hmac.timestamp.tolerance';
    if (hmac.bodyHashQuery !== undefined && !hasBodyHash(received, hmac.bodyHashQuery))
      return "Send the body's SHA-256 in the query parameter of verify.hmac.bodyHashQuery of this endpoint, once";
    const signed = signedText(received, timestamp);
    if (signed === undefined)
      return 'Send once, and not empty, each header that verify.hmac.signed of this endpoint names';
    const expected = keys.map((key) => {
      const signature = createHmac(algorithm, key);
      for (const piece of signed) signature.update(piece);
      return usualSpelling(signature.digest(encoding), encoding);
    });
    return anyEqual(given, expected)
      ? undefined
      : 'Sign what verify.hmac.signed of this endpoint says, with one of the secrets of verify.hmac';
  };
}

function signaturesOf({ headers }: Received, { header, prefix, separator, encoding }: Hmac): readonly string[] {
  const signatures = valuesIn(headerText(headers, header), prefix, separator).slice(0, maxSignatures);
  return signatures.map((signature) => usualSpelling(signature, encoding));
}

/** Hex in lower case; base64 with its own alphabet and without padding, for vendors differ in both. */
function usualSpelling(signature: string, encoding: Hmac['encoding']): string {
  if (encoding === 'hex') return signature.toLowerCase();
  return signature
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
}

/** Two timestamps are none: the signature would be right for one and the time for the other. */
function timestampOf({ headers }: Received, { header, prefix, separator }: SignedTimestamp): string | undefined {
  const [timestamp, ...others] = valuesIn(headerText(headers, header), prefix, separator);
  return others.length === 0 ? timestamp : undefined;
}

/** The parts of a header that begin with the prefix, without it, and are not empty. */
function valuesIn(header: string | undefined, prefix: string, separator: string): readonly string[] {
  const parts = separator === '' ? [header ?? ''] : (header ?? '').split(separator);
  return parts
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length))
    .filter((part) => part !== '');
}

/** From so many digits on, an instant is in milliseconds: in seconds that many come in thirty thousand years. */
const digitsOfMs = 13;

function isFresh(timestamp: string, at: number, toleranceMs: number): boolean {
  if (!/^\d{1,16}$/.test(timestamp)) return false;
  const signedAt = Number(timestamp) * (timestamp.length < digitsOfMs ? 1000 : 1);
  return Math.abs(at - signedAt) <= toleranceMs;
}

function hasBodyHash({ body, target }: Received, parameter: string): boolean {
  const given = parameterOf(target, parameter);
  return given !== undefined && anyEqual([given.toLowerCase()], [hash('sha256', body)]);
}

/** Every pair is compared, so that the time tells nothing. Only the length, which everybody knows, ends a comparison early. */
function anyEqual(given: readonly string[], expected: readonly string[]): boolean {
  const texts = given.map((text) => Buffer.from(text));
  const equal = expected.flatMap((text) => {
    const bytes = Buffer.from(text);
    return texts.filter((other) => other.length === bytes.length && timingSafeEqual(other, bytes));
  });
  return equal.length > 0;
}
