import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { makeFolder, syncFolder } from './folder.ts';
import { writeAt } from './frame.ts';
import { closedPath, newSegmentHeader, type Segment, segmentPath } from './segment.ts';

/** The segment that is being written. */
export interface OpenSegment {
  readonly segment: Segment;
  /** Resolves once these frames are on disk. Rejects with ENOENT where somebody took the file away. After that, or any other trouble, there is nothing left but to give up. */
  write(frames: readonly Buffer[]): Promise<void>;
  /** Leaves it closed. */
  finish(): Promise<void>;
  /** Leaves it as it was before the write that failed, as far as the disk lets it. */
  giveUp(): Promise<void>;
}

/** Makes the directory anew if somebody took it away. */
export async function openSegment(directory: string, number: number): Promise<OpenSegment> {
  const { id, header } = newSegmentHeader();
  const path = segmentPath(directory, number);
  const from = header.length;
  const segment: Segment = { id, path, end: 0, from, messages: 0, bytes: 0, oldestAt: undefined, damaged: false };
  await makeFolder(directory);
  const file = await open(path, 'wx');

  async function write(frames: readonly Buffer[]): Promise<void> {
    const first = segment.end === 0;
    const bytes = Buffer.concat(first ? [header, ...frames] : frames);
    await writeAt(file, segment.end, bytes);
    await file.datasync();
    await insistOnName(file, path);
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

/** A file that was taken away, or whose folder was, takes writes all the same, and nobody can ever read them. */
async function insistOnName(file: FileHandle, path: string): Promise<void> {
  const [written, named] = await Promise.all([file.stat(), stat(path)]);
  if (written.ino === named.ino && written.dev === named.dev) return;
  throw Object.assign(new Error(`${path} is another file by now`), { code: 'ENOENT' });
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
