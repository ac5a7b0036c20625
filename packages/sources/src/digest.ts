import { hash } from 'node:crypto';
import type { CanonicalJson } from './canonical-json.ts';

/** Where a message comes from (source, account, service), and what tells it from others beside its body. */
export type Origin = readonly (string | undefined)[];

/** The digest of a message that a resend repeats byte for byte. */
export function digestOf(origin: Origin, body: Buffer): Buffer {
  return sha256(Buffer.concat([Buffer.from(JSON.stringify(origin)), body]));
}

/** The digest of a message that a resend repeats as JSON, no matter how it is written. */
export function digestOfJson(origin: Origin, json: CanonicalJson): Buffer {
  const before = JSON.stringify(origin);
  const room = maxBytesPerCharacter * before.length + json.maxBytes;
  const text = room <= scratch.length ? scratch : Buffer.allocUnsafe(room);
  return sha256(text.subarray(0, json.write(text, text.write(before))));
}

const maxBytesPerCharacter = 3;

/** Enough for nearly every body: allocating costs more than writing it. */
const scratch = Buffer.alloc(64 * 1024);

function sha256(bytes: Buffer): Buffer {
  // Asked for a Buffer, hash would take half as long again.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}
