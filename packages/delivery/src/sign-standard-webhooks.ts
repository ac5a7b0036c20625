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
    ...secrets.map((secret) => createSecretKey(secret)).map((key) => (signed: Signed) => `v1,${hmac(key, signed)}`),
    ...privateKeys.map(privateKey).map((key) => (signed: Signed) => `v1a,${ed25519(key, signed)}`),
  ];
  return (signed) => ({ 'webhook-signature': signers.map((signer) => signer(signed)).join(' ') });
}

function hmac(key: KeyObject, { id, timestamp, body }: Signed): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

function privateKey(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}

/** It signs a hash of all, twice over, so that all has to be in one piece. */
function ed25519(key: KeyObject, { id, timestamp, body }: Signed): string {
  return sign(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), key).toString('base64');
}
