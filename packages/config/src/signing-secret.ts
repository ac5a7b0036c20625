import { createPrivateKey } from 'node:crypto';
import { decodeKey } from './hmac-key.ts';
import { publicHalf } from './public-key.ts';

/** A key as it is signed with, or what keeps a text from being one. */
export type DecodedKey = { readonly key: Buffer } | { readonly fault: string };

const minBytes = 24;
const maxBytes = 64;

/** A Standard Webhooks secret: `whsec_` and base64, or plain text whose bytes are the key, which verifiers call the raw format. */
export function decodeSigningSecret(secret: string): DecodedKey {
  if (secret.startsWith(privateKeyMark) || secret.startsWith(publicKeyMark))
    return fault('is one of a key pair: write a private one (whsk_…) into privateKey, and use whsec_ and base64 here');
  const key = decodeKey(secret, secret.startsWith('whsec_') ? 'base64' : 'text');
  if (key === undefined) return fault('must be base64 after whsec_');
  if (key.length >= minBytes && key.length <= maxBytes) return { key };
  return fault(`must be ${minBytes} to ${maxBytes} bytes; make one with: echo "whsec_$(openssl rand -base64 32)"`);
}

const privateKeyMark = 'whsk_';
const publicKeyMark = 'whpk_';
const seedBytes = 32;
/** What stands before the private half in PKCS#8 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 private key in PKCS#8 (DER), from PEM or `whsk_` and base64: of the private half, which the public one may follow. */
export function decodePrivateKey(written: string): DecodedKey {
  if (written.startsWith(publicKeyMark))
    return fault('is a public key, which verifies only: the private one begins with whsk_');
  if (!written.startsWith(privateKeyMark)) return decodePem(written);
  const bytes = decodeKey(written.slice(privateKeyMark.length), 'base64');
  if (bytes?.length !== seedBytes && bytes?.length !== 2 * seedBytes) return fault(privateKeyRule);
  const key = Buffer.concat([pkcs8Head, bytes.subarray(0, seedBytes)]);
  return bytes.length === seedBytes || publicHalf(key).equals(bytes.subarray(seedBytes))
    ? { key }
    : fault('is damaged: its public half does not belong to its private one');
}

const privateKeyRule =
  'must be an Ed25519 private key: whsk_ and base64 of 32 or 64 bytes, or PEM as `openssl genpkey -algorithm ed25519` prints';

function decodePem(written: string): DecodedKey {
  try {
    const key = createPrivateKey(written);
    if (key.asymmetricKeyType === 'ed25519') return { key: key.export({ format: 'der', type: 'pkcs8' }) };
  } catch {
    // The error's own message may quote what it could not read.
  }
  return fault(privateKeyRule);
}

function fault(text: string): DecodedKey {
  return { fault: text };
}
