import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readAt, writeAt } from './frame.ts';
import type { Segment } from './segment.ts';

/** How far a segment has been drained. */
export interface Drained {
  readonly id: string;
  readonly from: number;
}

/**
 * Remembers in the file `drained` how far the oldest segment has been drained, so that a crash does not drain all of it again. Never
 * synced: what a power cut takes away is drained once more, which the log recognises.
 */
export interface Progress {
  read(): Promise<Drained | undefined>;
  write(segment: Segment): Promise<void>;
  close(): Promise<void>;
}

const idBytes = 8;
const checkedBytes = idBytes + 4;
const bytesTogether = checkedBytes + 4;

export async function openProgress(directory: string): Promise<Progress> {
  const file = await open(join(directory, 'drained'), constants.O_RDWR | constants.O_CREAT);
  return { read: () => read(file), write: (segment) => write(file, segment), close: () => file.close() };
}

/** What somebody else remembers there, without touching it. */
export async function peekProgress(directory: string): Promise<Drained | undefined> {
  const file = await open(join(directory, 'drained'), 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle): Promise<Drained | undefined> {
  const bytes = await readAt(file, 0, bytesTogether);
  if (bytes.length < bytesTogether) return undefined;
  if (crc32(bytes.subarray(0, checkedBytes)) !== bytes.readUInt32BE(checkedBytes)) return undefined;
  return { id: bytes.toString('hex', 0, idBytes), from: bytes.readUInt32BE(idBytes) };
}

async function write(file: FileHandle, { id, from }: Segment): Promise<void> {
  const bytes = Buffer.alloc(bytesTogether);
  bytes.write(id, 'hex');
  bytes.writeUInt32BE(from, idBytes);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, checkedBytes)), checkedBytes);
  await writeAt(file, 0, bytes);
}
