import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const privateMark = 'whsk_';
const publicMark = 'whpk_';
/** Of an Ed25519 key, in either half. */
const halfBytes = 32;
/** What stands in front of the private half in PKCS#8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What a subscriber verifies the `v1a` signatures of a private key with: `whpk_` and base64. It throws for a key that is none. */
export function publicKeyOf(privateKey: string): string {
  const written = privateKey.startsWith(privateMark)
    ? publicHalf(Buffer.from(privateKey.slice(privateMark.length), 'base64').subarray(0, halfBytes))
    : bytesOf(createPrivateKey(privateKey));
  return `${publicMark}${written.toString('base64')}`;
}

/** The public half that belongs to the private half of an Ed25519 key. */
export function publicHalf(privateHalf: Buffer): Buffer {
  return bytesOf(createPrivateKey({ key: Buffer.concat([pkcs8Head, privateHalf]), format: 'der', type: 'pkcs8' }));
}

function bytesOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-halfBytes);
}
