import { type FileHandle, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mostGroupBytes } from './append.ts';
import { setAside } from './drain.ts';
import { readAt } from './frame.ts';
import { renameClosed } from './open-segment.ts';
import type { Drained } from './progress.ts';
import { readRecords } from './read-records.ts';
import { decodeSegmentHeader, decodeSegmentName, type Held, type Segment, segmentHeaderBytes } from './segment.ts';
import { SpoolError } from './spool-error.ts';

/** What an earlier process left. */
export interface TakenOver {
  /** Oldest first. */
  readonly segments: Segment[];
  /** Of the next segment. */
  readonly number: number;
}

interface Found {
  readonly path: string;
  /** Undefined: the segment was never closed. */
  readonly held: Held | undefined;
  readonly header: ReturnType<typeof decodeSegmentHeader>;
  readonly size: number;
}

/** Nothing is touched before it is certain that all of it is this version's. */
export async function takeOver(
  directory: string,
  drained: Drained | undefined,
  onTrouble: (error: SpoolError) => void,
): Promise<TakenOver> {
  const names = (await readdir(directory)).sort();
  const found = await look(directory, names);
  if (found.some(({ header }) => header === 'newer')) {
    const sentence = `A newer version of the relay wrote the spool in ${directory}: let that version drain it, or name another directory in ingest.spool.directory`;
    throw new SpoolError('NEWER', sentence);
  }
  const segments: Segment[] = [];
  for (const one of found) {
    const segment = await takeOverOne(one, drained, onTrouble);
    if (segment !== undefined) segments.push(segment);
  }
  const numbers = names.map((name) => Number(/^\d{16}/.exec(name)?.[0] ?? 0));
  return { segments, number: Math.max(0, ...numbers) + 1 };
}

async function look(directory: string, names: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of names) {
    const decoded = decodeSegmentName(name);
    if (decoded === undefined) continue;
    const path = join(directory, name);
    await withFile(path, 'r', async (file) => {
      const header = decodeSegmentHeader(await readAt(file, 0, segmentHeaderBytes));
      found.push({ path, held: decoded.held, header, size: (await file.stat()).size });
    });
  }
  return found;
}

async function takeOverOne(
  { path, held, header, size }: Found,
  drained: Drained | undefined,
  onTrouble: (error: SpoolError) => void,
): Promise<Segment | undefined> {
  if (header === undefined || header === 'newer') {
    // Nothing is acknowledged before its header is on disk.
    await (held === undefined && size < segmentHeaderBytes ? unlink(path) : setAside(path, onTrouble));
    return undefined;
  }
  const from = drained?.id === header.id ? Math.min(drained.from, size) : segmentHeaderBytes;
  if (held !== undefined && from === segmentHeaderBytes) {
    return { ...header, ...held, path, from, end: size, bytes: size - from, damaged: false };
  }
  const { total, ...scanned } = await scan(path, from, size, held === undefined);
  if (scanned.messages === 0 && !scanned.damaged) {
    await unlink(path);
    return undefined;
  }
  const closed = held === undefined ? await renameClosed(path, total) : path;
  return { ...header, ...scanned, path: closed, from };
}

/**
 * Reads a whole segment. In one that was never closed, what cannot be read at the end is cut off: only one group is being written at
 * a time, and a record is acknowledged when its group is on disk, so that nothing acknowledged is behind the last good one.
 * Unless it is more than a group: then it was damaged later.
 */
async function scan(path: string, from: number, size: number, open: boolean) {
  return withFile(path, open ? 'r+' : 'r', async (file) => {
    const total: Pick<Segment, 'messages' | 'oldestAt'> = { messages: 0, oldestAt: undefined };
    const left: Pick<Segment, 'messages' | 'oldestAt'> = { messages: 0, oldestAt: undefined };
    let end = segmentHeaderBytes;
    let unread = 0;
    let damaged = false;
    for await (const one of readRecords(file, segmentHeaderBytes, size)) {
      unread = one.record === undefined ? size - end : 0;
      if (one.record === undefined) continue;
      damaged ||= one.start !== end;
      end = one.end;
      count(total, one.record.messages);
      if (one.start >= from) count(left, one.record.messages);
    }
    if (open && unread > 0 && unread <= mostGroupBytes) {
      await file.truncate(end);
      await file.sync();
    } else if (unread > 0) {
      damaged = true;
      end = size;
    }
    return { total, ...left, end, bytes: Math.max(0, end - from), damaged };
  });
}

function count(
  into: Pick<Segment, 'messages' | 'oldestAt'>,
  messages: readonly { readonly receivedAt: number }[],
): void {
  into.messages += messages.length;
  into.oldestAt ??= messages[0]?.receivedAt;
}

async function withFile<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
