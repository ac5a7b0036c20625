import { createPrivateKey } from 'node:crypto';
import { decodeKey } from './hmac-key.ts';
import { publicHalf } from './public-key.ts';

const minBytes = 24;
const maxBytes = 64;

/** What keeps a text from being a Standard Webhooks secret (`whsec_` and base64, or plain text whose bytes are the key), or undefined. */
export function signingSecretFault(secret: string): string | undefined {
  if (secret.startsWith(privateKeyMark) || secret.startsWith(publicKeyMark))
    return 'is one of a key pair: write a private one (whsk_…) into privateKey, and use whsec_ and base64 here';
  const key = decodeKey(secret, secret.startsWith('whsec_') ? 'base64' : 'text');
  if (key === undefined) return 'must be base64 after whsec_';
  if (key.length >= minBytes && key.length <= maxBytes) return undefined;
  return `must be ${minBytes} to ${maxBytes} bytes; make one with: echo "whsec_$(openssl rand -base64 32)"`;
}

const privateKeyMark = 'whsk_';
const publicKeyMark = 'whpk_';
const seedBytes = 32;

/** What keeps a text from being an Ed25519 private key (`whsk_` and base64, or PKCS#8 in PEM), or undefined. */
export function privateKeyFault(written: string): string | undefined {
  if (written.startsWith(publicKeyMark))
    return 'is a public key, which verifies only: the private one begins with whsk_';
  if (!written.startsWith(privateKeyMark)) return isPemKey(written) ? undefined : privateKeyRule;
  const bytes = decodeKey(written.slice(privateKeyMark.length), 'base64');
  if (bytes?.length === seedBytes) return undefined;
  if (bytes?.length !== 2 * seedBytes) return privateKeyRule;
  return publicHalf(bytes.subarray(0, seedBytes)).equals(bytes.subarray(seedBytes))
    ? undefined
    : 'is damaged: its public half does not belong to its private one';
}

const privateKeyRule =
  'must be an Ed25519 private key: whsk_ and base64 of 32 or 64 bytes, or PEM as `openssl genpkey -algorithm ed25519` prints';

function isPemKey(written: string): boolean {
  try {
    return createPrivateKey(written).asymmetricKeyType === 'ed25519';
  } catch {
    // The error's own message may quote what it could not read.
    return false;
  }
}
