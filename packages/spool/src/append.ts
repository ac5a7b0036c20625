import { encodeFrame, mostPayloadBytes } from './frame.ts';
import { type OpenSegment, openSegment } from './open-segment.ts';
import { encodeRecord, type SpoolRecord } from './record.ts';
import type { Segment } from './segment.ts';
import { createSerially } from './serially.ts';
import { diskTrouble, SpoolError } from './spool-error.ts';

/** A segment that has become as large gets no more records. */
const segmentBytes = 8 * 1024 * 1024;
/** Written and synced together, unless a single record is larger. */
export const mostGroupBytes = 4 * 1024 * 1024;
/** In memory while the disk does not keep up. */
const mostWaitingBytes = 64 * 1024 * 1024;

export interface AppendOptions {
  readonly directory: string;
  readonly maxBytes: number;
  /** Oldest first. The one that is being written is the last. */
  readonly segments: Segment[];
  /** Of the next segment. */
  readonly number: number;
}

export interface Append {
  append(record: SpoolRecord): Promise<void>;
  /** The segment that is being written gets no more records. */
  closeSegment(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

interface Waiting {
  readonly frame: readonly Buffer[];
  readonly bytes: number;
  readonly messages: number;
  readonly receivedAt: number;
  readonly resolve: () => void;
  readonly reject: (error: SpoolError) => void;
}

/**
 * Writes records and syncs them, together with whoever came meanwhile: an append is answered by the first sync that begins
 * after it. A segment that had trouble is never written again, so that what is half written in it harms nothing.
 */
export function createAppend({ directory, maxBytes, segments, number }: AppendOptions): Append {
  const serially = createSerially();
  const waiting: Waiting[] = [];
  /** Waiting or being written. */
  let bytesUnderWay = 0;
  let current: OpenSegment | undefined;
  let nextNumber = number;
  let closed = false;

  async function append(record: SpoolRecord): Promise<void> {
    const { length: messages, 0: first } = record.messages;
    if (closed) throw new Error('the spool is closed');
    if (first === undefined) return;
    const frame = encodeFrame(encodeRecord(record));
    const bytes = frame.reduce((sum, { length }) => sum + length, 0);
    refuseTooMuch(bytes);
    bytesUnderWay += bytes;
    await new Promise<void>((resolve, reject) => {
      waiting.push({ frame, bytes, messages, receivedAt: first.receivedAt, resolve, reject });
      if (waiting.length === 1) void serially(writeGroup);
    }).finally(() => {
      bytesUnderWay -= bytes;
    });
  }

  function refuseTooMuch(bytes: number): void {
    const kept = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    if (kept + bytesUnderWay + bytes > maxBytes)
      throw new SpoolError(
        'FULL',
        `The spool in ${directory} is full: ${kept} of ${maxBytes} bytes (ingest.spool.max)`,
      );
    if (bytes > mostPayloadBytes)
      throw new SpoolError('FULL', `A record of ${bytes} bytes is more than the spool takes: ${mostPayloadBytes}`);
    if (bytesUnderWay > 0 && bytesUnderWay + bytes > mostWaitingBytes)
      throw new SpoolError('DISK', `The disk under the spool's directory ${directory} does not keep up`);
  }

  async function writeGroup(): Promise<void> {
    const group = takeGroup();
    const [first] = group;
    if (first === undefined) return;
    if (waiting.length > 0) void serially(writeGroup);
    const written = await write(group.flatMap(({ frame }) => frame)).catch(async (error: unknown) => {
      await giveUp([...group, ...waiting.splice(0)], diskTrouble(directory, error));
    });
    if (written === undefined) return;
    const { segment } = written;
    segment.oldestAt ??= first.receivedAt;
    if (segments.at(-1) !== segment) segments.push(segment);
    for (const { bytes, messages, resolve } of group) {
      segment.bytes += bytes;
      segment.messages += messages;
      resolve();
    }
    if (segment.end >= segmentBytes) await finish();
  }

  /** A segment that somebody took away costs what was in it, and not what comes after. */
  async function write(frames: readonly Buffer[]): Promise<OpenSegment> {
    const left = current;
    if (left !== undefined) {
      try {
        await left.write(frames);
        return left;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      current = undefined;
      await left.giveUp();
    }
    current = await openSegment(directory, nextNumber++);
    await current.write(frames);
    return current;
  }

  function takeGroup(): Waiting[] {
    let bytes = 0;
    const tooMuch = waiting.findIndex((one, i) => {
      bytes += one.bytes;
      return i > 0 && bytes > mostGroupBytes;
    });
    return waiting.splice(0, tooMuch === -1 ? waiting.length : tooMuch);
  }

  async function giveUp(those: readonly Waiting[], error: SpoolError): Promise<void> {
    const left = current;
    current = undefined;
    await left?.giveUp();
    for (const { reject } of those) reject(error);
  }

  async function finish(): Promise<void> {
    const left = current;
    current = undefined;
    await left?.finish();
  }

  async function close(): Promise<void> {
    closed = true;
    do await serially(finish);
    while (waiting.length > 0 || current !== undefined);
  }

  return { append, closeSegment: () => serially(finish), close };
}
