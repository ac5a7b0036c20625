import { timingSafeEqual } from 'node:crypto';
import type { Credentials } from '@relay/core';

/**
 * Whether a username and password are among those accepted; none accepted means not checked. Every pair is compared,
 * and written to the same number of bytes, so that the time it takes tells nothing about how much was right.
 */
export function createAcceptedCredentials(
  accepted: readonly Credentials[],
): (username: unknown, password: unknown) => boolean {
  if (accepted.length === 0) return () => true;
  const textBytes = textBytesFor(accepted);
  const known = accepted.map(({ username, password }) => writePair(Buffer.alloc(2 * textBytes), username, password));
  const given = Buffer.alloc(2 * textBytes);
  return (username, password) => {
    if (typeof username !== 'string' || typeof password !== 'string') return false;
    writePair(given, username, password);
    return known.filter((pair) => timingSafeEqual(pair, given)).length > 0;
  };
}

const bytesPerCharacter = 2;
const lengthBytes = 4;

/** ThingSpace takes 40 characters. In steps, for the room must not tell how long an accepted text is. */
const step = 64;

function textBytesFor(accepted: readonly Credentials[]): number {
  const longest = Math.max(1, ...accepted.flatMap(({ username, password }) => [username.length, password.length]));
  return lengthBytes + Math.ceil(longest / step) * step * bytesPerCharacter;
}

function writePair(pair: Buffer, username: string, password: string): Buffer {
  pair.fill(0);
  writeText(pair, 0, username);
  writeText(pair, pair.length / 2, password);
  return pair;
}

/** A text longer than its room is cut off and matches none, since its length stands before it. */
function writeText(pair: Buffer, start: number, text: string): void {
  pair.writeUInt32LE(text.length, start);
  pair.write(text, start + lengthBytes, pair.length / 2 - lengthBytes, 'utf16le');
}
