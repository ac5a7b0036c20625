import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** The largest body that the configuration allows is 64 MiB; what is known of it comes on top. */
export const mostPayloadBytes = 256 * 1024 * 1024;
/** Read from disk at once, unless a single frame is larger. */
const readBytes = 256 * 1024;
const headerBytes = 12;

/** A record's place in its segment. */
export interface Frame {
  readonly start: number;
  readonly end: number;
  /** Undefined where the bytes are not those that were written. */
  readonly payload: Buffer | undefined;
}

/**
 * Length and CRC-32 of the payload, then the CRC-32 of these two (u32 each), then the payload. With a length that can be
 * trusted on its own, a damaged payload costs one record, and no bytes of a body are ever taken for a frame.
 */
export function encodeFrame(payload: readonly Buffer[]): Buffer[] {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(payload.reduce((bytes, { length }) => bytes + length, 0));
  header.writeUInt32BE(
    payload.reduce((crc, part) => crc32(part, crc), 0),
    4,
  );
  header.writeUInt32BE(crc32(header.subarray(0, 8)), 8);
  return [header, ...payload];
}

/** The frames between two places of a file. Where no frame can be made out, the rest is one without a payload. */
export async function* readFrames(file: FileHandle, from: number, to: number): AsyncGenerator<Frame> {
  const read = createWindow(file, to);
  let start = from;
  while (start < to) {
    const header = decodeHeader(await read(start, headerBytes));
    const payload = header && (await read(start + headerBytes, header.length));
    if (payload === undefined) {
      yield { start, end: to, payload };
      return;
    }
    const end = start + headerBytes + payload.length;
    yield { start, end, payload: crc32(payload) === header?.crc ? payload : undefined };
    start = end;
  }
}

function decodeHeader(header: Buffer | undefined): { length: number; crc: number } | undefined {
  if (header === undefined || crc32(header.subarray(0, 8)) !== header.readUInt32BE(8)) return undefined;
  const length = header.readUInt32BE();
  return length > mostPayloadBytes ? undefined : { length, crc: header.readUInt32BE(4) };
}

/** Reads on through a file, of which no more than `readBytes` or what is asked for is in memory. Undefined for what is not there. */
function createWindow(file: FileHandle, to: number) {
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return async (at: number, length: number): Promise<Buffer | undefined> => {
    if (at + length > to) return undefined;
    if (at + length > start + bytes.length) {
      bytes = await readAt(file, at, Math.min(Math.max(length, readBytes), to - at));
      start = at;
    }
    const found = bytes.subarray(at - start, at - start + length);
    return found.length === length ? found : undefined;
  };
}

/** As many bytes as there are, at most `length`. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** A write may be cut short without an error. */
export async function writeAt(file: FileHandle, position: number, bytes: Buffer): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
