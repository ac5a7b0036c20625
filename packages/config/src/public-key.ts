import { createPrivateKey, createPublicKey } from 'node:crypto';

const publicMark = 'whpk_';
/** Of an Ed25519 key, in either half. */
const halfBytes = 32;

/** What a subscriber verifies the `v1a` signatures of a private key with: `whpk_` and base64. */
export function publicKeyOf(pkcs8: Buffer): string {
  return `${publicMark}${publicHalf(pkcs8).toString('base64')}`;
}

export function publicHalf(pkcs8: Buffer): Buffer {
  const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-halfBytes);
}
