import { open, rename, unlink } from 'node:fs/promises';
import { syncFolder } from './folder.ts';
import { writeAt } from './frame.ts';
import { closedPath, newSegmentHeader, type Segment, segmentPath } from './segment.ts';

/** The segment that is being written. */
export interface OpenSegment {
  readonly segment: Segment;
  /** Resolves once these frames are on disk. After it rejected there is nothing left but to give up. */
  write(frames: readonly Buffer[]): Promise<void>;
  /** Leaves it closed. */
  finish(): Promise<void>;
  /** Leaves it as it was before the write that failed, as far as the disk lets it. */
  giveUp(): Promise<void>;
}

export async function openSegment(directory: string, number: number): Promise<OpenSegment> {
  const { id, header } = newSegmentHeader();
  const path = segmentPath(directory, number);
  const from = header.length;
  const segment: Segment = { id, path, end: 0, from, messages: 0, bytes: 0, oldestAt: undefined, damaged: false };
  const file = await open(path, 'wx');

  async function write(frames: readonly Buffer[]): Promise<void> {
    const first = segment.end === 0;
    const bytes = Buffer.concat(first ? [header, ...frames] : frames);
    await writeAt(file, segment.end, bytes);
    await file.datasync();
    if (first) await syncFolder(directory);
    segment.end += bytes.length;
  }

  async function finish(): Promise<void> {
    await file.close().catch(() => undefined);
    segment.path = await renameClosed(segment.path, segment);
  }

  async function giveUp(): Promise<void> {
    await (segment.end === 0 ? unlink(path) : file.truncate(segment.end)).catch(() => undefined);
    await file.close().catch(() => undefined);
  }

  return { segment, write, finish, giveUp };
}

/** Its path from now on. Where that fails it keeps its name and is only read whole at the next opening. */
export async function renameClosed(
  path: string,
  { messages, oldestAt = 0 }: Pick<Segment, 'messages' | 'oldestAt'>,
): Promise<string> {
  const closed = closedPath(path, { messages, oldestAt });
  return rename(path, closed).then(
    () => closed,
    () => path,
  );
}
