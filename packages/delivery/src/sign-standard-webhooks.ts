import { createHmac, createPrivateKey, createSecretKey, type KeyObject, sign } from 'node:crypto';
import type { Signing } from '@relay/core';
import type { Sign, Signed } from './sign.ts';

type StandardWebhooks = Extract<Signing, { readonly kind: 'standard-webhooks' }>;

/**
 * The `webhook-signature` of Standard Webhooks 1.0, over the raw bytes: a `v1` for each secret, a `v1a` for each private key.
 * A verifier takes the first that it can check.
 */
export function createStandardSign({ secrets, privateKeys }: StandardWebhooks): Sign {
  const signers = [
    ...secrets.map(secretKey).map((key) => (signed: Signed) => `v1,${hmac(key, signed)}`),
    ...privateKeys.map(privateKey).map((key) => (signed: Signed) => `v1a,${ed25519(key, signed)}`),
  ];
  return (signed) => ({ 'webhook-signature': signers.map((signer) => signer(signed)).join(' ') });
}

function hmac(key: KeyObject, { id, timestamp, body }: Signed): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

/** It signs a hash of all, twice over, so that all has to be in one piece. */
function ed25519(key: KeyObject, { id, timestamp, body }: Signed): string {
  return sign(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), key).toString('base64');
}

const secretMark = 'whsec_';

/** After `whsec_` comes base64; any other text is taken as it is, in UTF-8, which verifiers call the raw format. */
function secretKey(secret: string): KeyObject {
  return secret.startsWith(secretMark)
    ? createSecretKey(secret.slice(secretMark.length), 'base64')
    : createSecretKey(secret, 'utf8');
}

const privateMark = 'whsk_';
const privateBytes = 32;
/** What stands before the private half in PKCS#8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** After `whsk_` comes base64 of the private half, which the public one may follow; any other text is PKCS#8 in PEM. */
function privateKey(written: string): KeyObject {
  if (!written.startsWith(privateMark)) return createPrivateKey(written);
  const half = Buffer.from(written.slice(privateMark.length), 'base64').subarray(0, privateBytes);
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, half]), format: 'der', type: 'pkcs8' });
}
