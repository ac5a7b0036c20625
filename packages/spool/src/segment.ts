import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * One file of the spool. While it is written it is called `<number>.spool`; once it is closed its name also tells how many
 * messages were put in and when the first was received, `<number>-<messages>-<epoch ms>.spool`, so that opening a
 * large spool does not read all of it. The numbers only bring the segments into order.
 */
export interface Segment {
  readonly id: string;
  path: string;
  /** Everything acknowledged lies before this. */
  end: number;
  /** Everything before this is gone. */
  from: number;
  /** Not gone yet. */
  messages: number;
  /** Of the records that are not gone yet. */
  bytes: number;
  /** When the oldest message that is not gone yet was received, in epoch ms. */
  oldestAt: number | undefined;
  /** Something in it cannot be read: it is set aside in the end, not deleted. */
  damaged: boolean;
}

const magic = Buffer.from('RLYSPOOL');
const version = 1;
const idBytes = 8;
const checkedBytes = magic.length + 4 + idBytes;
export const segmentHeaderBytes = checkedBytes + 4;

/**
 * Magic, format version (u32), id, CRC-32 of these (u32): every later version has to begin like this. The id says for
 * certain which segment is meant, since numbers begin anew in an empty directory.
 */
export function newSegmentHeader(): { readonly id: string; readonly header: Buffer } {
  const id = randomBytes(idBytes);
  const header = Buffer.alloc(segmentHeaderBytes);
  magic.copy(header);
  header.writeUInt32BE(version, magic.length);
  id.copy(header, magic.length + 4);
  header.writeUInt32BE(crc32(header.subarray(0, checkedBytes)), checkedBytes);
  return { id: id.toString('hex'), header };
}

/** Undefined for what is no segment's header. */
export function decodeSegmentHeader(header: Buffer): { readonly id: string } | 'newer' | undefined {
  if (header.length < segmentHeaderBytes || !header.subarray(0, magic.length).equals(magic)) return undefined;
  if (crc32(header.subarray(0, checkedBytes)) !== header.readUInt32BE(checkedBytes)) return undefined;
  if (header.readUInt32BE(magic.length) > version) return 'newer';
  return { id: header.toString('hex', magic.length + 4, checkedBytes) };
}

interface SegmentName {
  readonly number: number;
  /** What a closed segment held before anything was gone. */
  readonly held: Held | undefined;
}

export interface Held {
  readonly messages: number;
  readonly oldestAt: number;
}

const shape = /^(?<number>\d{16})(?:-(?<messages>\d{1,15})-(?<oldestAt>\d{1,15}))?\.spool$/;

export function decodeSegmentName(name: string): SegmentName | undefined {
  const { number, messages, oldestAt } = shape.exec(name)?.groups ?? {};
  if (number === undefined) return undefined;
  const held = messages === undefined ? undefined : { messages: Number(messages), oldestAt: Number(oldestAt) };
  return { number: Number(number), held };
}

export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(16, '0')}.spool`);
}

export function closedPath(path: string, { messages, oldestAt }: Held): string {
  const number = basename(path, '.spool');
  return join(path, '..', `${number}-${messages}-${Math.max(0, Math.trunc(oldestAt))}.spool`);
}
