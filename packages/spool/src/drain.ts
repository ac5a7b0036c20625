import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import type { Progress } from './progress.ts';
import { inBatches, readRecords } from './read-records.ts';
import type { SpoolRecord } from './record.ts';
import type { Segment } from './segment.ts';
import { diskTrouble, SpoolError } from './spool-error.ts';

/** In memory at once, unless a single record is larger; as much again while it is read. */
const mostBytesAtOnce = 4 * 1024 * 1024;

export type Take = (record: SpoolRecord) => Promise<void>;

export interface DrainLimits {
  /** Records handed to `take` together; the next ones follow when all of these have settled. */
  readonly atOnce: number;
  /** Nothing more is handed out after it; what is under way is waited for. */
  readonly signal: AbortSignal;
}

export interface DrainOptions {
  readonly directory: string;
  /** Oldest first. */
  readonly segments: Segment[];
  readonly closeSegment: () => Promise<void>;
  readonly progress: Progress;
  readonly onTrouble: (error: SpoolError) => void;
}

/** A record and where in its segment it is. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly record: SpoolRecord;
}

/**
 * Hands out records, oldest first, and forgets what was taken. It reads closed segments only: the one being written is closed
 * for it. A segment that the disk does not give back is passed, and nobody waits behind it: every drain tries it again.
 */
export function createDrain({ directory, segments, closeSegment, progress, onTrouble }: DrainOptions) {
  /** Where records begin that are gone, in the segments that are being drained: one may be taken before an earlier one is. */
  const taken = new Map<Segment, Set<number>>();
  /** They were told of. */
  const unreadable = new Set<Segment>();
  let gone = 0;

  async function drain(take: Take, limits: DrainLimits): Promise<number> {
    gone = 0;
    const passed = new Set<Segment>();
    const toRead = () => segments.filter((segment) => !passed.has(segment));
    while (!limits.signal.aborted) {
      if (toRead().length < 2) await closeSegment();
      const [segment] = toRead();
      if (segment === undefined) break;
      try {
        if (!(await drainSegment(segment, take, limits))) break;
        await remove(segment);
      } catch (error) {
        passed.add(segment);
        pass(segment, error);
      }
    }
    return gone;
  }

  function pass(segment: Segment, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const isGone = code === 'ENOENT';
    if (isGone) forget(segment);
    else if (unreadable.has(segment)) return;
    else unreadable.add(segment);
    const sentence = isGone
      ? `A segment of the spool is gone, and ${segment.messages} messages with it: ${segment.path}`
      : `The spool cannot read a segment, which stays where it is and is tried again: ${message} (${segment.path})`;
    onTrouble(new SpoolError('DAMAGED', sentence, { cause: error }));
  }

  /** Whether nothing is left in it. */
  async function drainSegment(segment: Segment, take: Take, { atOnce, signal }: DrainLimits): Promise<boolean> {
    const file = await open(segment.path, 'r');
    try {
      const batches = inBatches(untaken(segment, file), { records: atOnce, bytes: mostBytesAtOnce });
      for await (const batch of batches) {
        segment.oldestAt = batch[0]?.record.messages[0]?.receivedAt;
        if (signal.aborted) return false;
        const left = await drainBatch(segment, take, batch);
        // What is not remembered is drained once more after a crash, which the log recognises.
        await progress.write(segment).catch(() => undefined);
        if (left) return false;
      }
      return true;
    } finally {
      await file.close();
    }
  }

  async function* untaken(segment: Segment, file: FileHandle): AsyncGenerator<Placed> {
    for await (const { start, end, record } of readRecords(file, segment.from, segment.end)) {
      if (record === undefined) segment.damaged = true;
      else if (!isTaken(segment, start)) yield { start, end, record };
    }
  }

  /** Whether something of it is left. */
  async function drainBatch(segment: Segment, take: Take, batch: readonly Placed[]): Promise<boolean> {
    await Promise.all(batch.map((one) => takeOne(segment, take, one)));
    const left = batch.find(({ start }) => !isTaken(segment, start));
    segment.from = left?.start ?? batch.at(-1)?.end ?? segment.from;
    if (left !== undefined) segment.oldestAt = left.record.messages[0]?.receivedAt;
    return left !== undefined;
  }

  async function takeOne(segment: Segment, take: Take, { start, end, record }: Placed): Promise<void> {
    try {
      await take(record);
    } catch {
      return;
    }
    gone += 1;
    segment.messages -= record.messages.length;
    segment.bytes -= end - start;
    const places = taken.get(segment) ?? new Set();
    taken.set(segment, places.add(start));
  }

  function isTaken(segment: Segment, start: number): boolean {
    return taken.get(segment)?.has(start) === true;
  }

  function forget(segment: Segment): void {
    segments.splice(segments.indexOf(segment), 1);
    taken.delete(segment);
    unreadable.delete(segment);
  }

  async function remove(segment: Segment): Promise<void> {
    const { path, damaged } = segment;
    forget(segment);
    try {
      if (!damaged) return await unlink(path);
      await setAside(path, onTrouble);
    } catch (error) {
      onTrouble(diskTrouble(directory, error));
    }
  }

  return drain;
}

/** A person may look at it: nothing that cannot be read is ever deleted. */
export async function setAside(path: string, onTrouble: (error: SpoolError) => void): Promise<void> {
  const aside = `${path}.damaged`;
  await rename(path, aside);
  onTrouble(new SpoolError('DAMAGED', `The spool could not read all of a segment: what is left of it is in ${aside}`));
}
