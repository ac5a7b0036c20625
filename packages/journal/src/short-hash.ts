/**
 * Eight bytes that stand for a text in dedup entries and look-ups. Not cryptographic: what decides whether a message is
 * kept is the digest, and two texts that share a hash only make a look-up find too much. SHA-256, four times a message,
 * was a tenth of what ingest does.
 */
export function writeShortHash(text: string, into: Buffer, at: number): void {
  let one = 0x9e3779b1 ^ text.length;
  let other = 0x85ebca6b;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    one = Math.imul(one ^ code, 0xcc9e2d51);
    one = (one << 15) | (one >>> 17);
    other = Math.imul(other ^ code, 0x1b873593);
    other = (other << 13) | (other >>> 19);
  }
  into.writeUInt32BE(scatter(one ^ other), at);
  into.writeUInt32BE(scatter(other + Math.imul(one, 0x27d4eb2f)), at + 4);
}

export function shortHash(text: string): Buffer {
  const hash = Buffer.allocUnsafe(8);
  writeShortHash(text, hash, 0);
  return hash;
}

/** Lets every bit of the input reach every bit of the output, since buckets are chosen by a few of them. */
function scatter(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
