import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAt } from './frame.ts';
import { type Drained, peekProgress } from './progress.ts';
import { readRecords } from './read-records.ts';
import { decodeSegmentHeader, decodeSegmentName, type Held, segmentHeaderBytes } from './segment.ts';
import type { Depth } from './spool.ts';
import { diskTrouble } from './spool-error.ts';

/** A segment that is closed meanwhile gets another name: then the directory is looked at again, so often at most. */
const mostLooks = 3;

interface Look extends Depth {
  /** Something was there and is gone: drained, or under another name. */
  readonly moved: boolean;
}

/**
 * How much a spool holds, whoever has it. Goes by names and sizes, reads only the segments that are being written and
 * drained, takes no lock and changes nothing. Undefined when there is no such directory here. Rejects with SpoolError when it cannot be
 * read.
 */
export async function peekSpool(directory: string): Promise<Depth | undefined> {
  try {
    let found = await look(directory);
    for (let looks = 1; found.moved && looks < mostLooks; looks += 1) found = await look(directory);
    const { moved: _, ...depth } = found;
    return depth;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw diskTrouble(directory, error);
  }
}

async function look(directory: string): Promise<Look> {
  const names = (await readdir(directory)).sort();
  const drained = await peekProgress(directory);
  let total: Look = { messages: 0, bytes: 0, oldestAt: undefined, moved: false };
  for (const name of names) {
    const segment = decodeSegmentName(name);
    if (segment === undefined) continue;
    const depth = await depthOf(join(directory, name), segment.held, drained);
    total = {
      messages: total.messages + (depth?.messages ?? 0),
      bytes: total.bytes + (depth?.bytes ?? 0),
      oldestAt: total.oldestAt ?? depth?.oldestAt,
      moved: total.moved || depth === undefined,
    };
  }
  return total;
}

/** Undefined when it is gone. What cannot be read of it does not count. */
async function depthOf(path: string, held: Held | undefined, drained: Drained | undefined): Promise<Depth | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const header = decodeSegmentHeader(await readAt(file, 0, segmentHeaderBytes));
    const id = typeof header === 'object' ? header.id : undefined;
    const isUnderWay = id !== undefined && drained?.id === id;
    if (held !== undefined && !isUnderWay) return { ...held, bytes: Math.max(0, size - segmentHeaderBytes) };
    const depth = { messages: 0, bytes: 0, oldestAt: undefined as number | undefined };
    for await (const { start, end, record } of readRecords(
      file,
      isUnderWay ? drained.from : segmentHeaderBytes,
      size,
    )) {
      if (record === undefined) continue;
      depth.messages += record.messages.length;
      depth.bytes += end - start;
      depth.oldestAt ??= record.messages[0]?.receivedAt;
    }
    return depth;
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
