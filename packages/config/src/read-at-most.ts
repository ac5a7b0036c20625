import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';

/** All that a file holds, or undefined where that is more; of a file without an end no more than that is read. */
export async function readAtMost(path: string, maxBytes: number): Promise<Buffer | undefined> {
  // `end` is a place that is still read.
  const bytes = await buffer(createReadStream(path, { end: maxBytes }));
  return bytes.length > maxBytes ? undefined : bytes;
}
