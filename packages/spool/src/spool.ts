import { createAppend } from './append.ts';
import { createDrain, type DrainLimits, type Take } from './drain.ts';
import { makeFolder } from './folder.ts';
import { lock } from './lock.ts';
import { createProbe } from './probe.ts';
import { openProgress } from './progress.ts';
import type { SpoolRecord } from './record.ts';
import type { Segment } from './segment.ts';
import { diskTrouble, type SpoolError } from './spool-error.ts';
import { takeOver } from './take-over.ts';

export interface SpoolOptions {
  /** Made if it is not there. */
  readonly directory: string;
  /** Of records that are not gone yet. On disk there may be a segment more, since a segment goes as a whole. */
  readonly maxBytes: number;
  /** Told what went wrong without anybody waiting for it, and never throws. */
  readonly onTrouble?: (error: SpoolError) => void;
}

export interface Depth {
  readonly messages: number;
  readonly bytes: number;
  /** When the oldest message was received, in epoch ms; undefined when there is none. */
  readonly oldestAt: number | undefined;
}

/** Ingest's messages on local disk while Redis does not take them. */
export interface Spool {
  /** Resolves once the record is on disk. Rejects with SpoolError `FULL` or `DISK`; then it is not kept, and the next one is tried anew. */
  append(record: SpoolRecord): Promise<void>;
  /**
   * Hands records in the order they were appended to `take`, several at a time, and forgets each once `take` has resolved
   * for it, until there are none, one is not taken or the signal is given. Resolves to how many are gone. A record may be
   * handed out again after a crash. What the disk does not give back is told as trouble and stays. One at a time.
   */
  drain(take: Take, limits: DrainLimits): Promise<number>;
  depth(): Depth;
  /** Writes and syncs a little without keeping it. Resolves to the bytes that the disk has left, or rejects with SpoolError `DISK`. */
  probe(): Promise<number>;
  /** Waits for what is under way, also for a drain: end it first. */
  close(): Promise<void>;
}

/**
 * Files that records are added to at the end and read from at the beginning, a segment at a time. A record that was
 * acknowledged is on disk: no crash loses it, and nothing but a `take` that resolved removes it.
 *
 *   append ──▶ 0000000000000003.spool                    being written
 *              0000000000000002-4711-1764000000000.spool closed: messages put in, the first's time
 *   drain  ◀── 0000000000000001-5120-1763999990000.spool drained up to what the file `drained` says
 *
 * Rejects with SpoolError when the directory cannot be used; nothing in it is deleted then.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const opened = new AsyncDisposableStack();
  try {
    return await open(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw diskTrouble(options.directory, error);
  }
}

async function open(
  { directory, maxBytes, onTrouble = () => undefined }: SpoolOptions,
  opened: AsyncDisposableStack,
): Promise<Spool> {
  await makeFolder(directory);
  const progress = await openProgress(directory);
  opened.defer(progress.close);
  opened.defer(lock(directory).release);
  const { segments, number } = await takeOver(directory, await progress.read(), onTrouble);
  const { append, closeSegment, close } = createAppend({ directory, maxBytes, segments, number });
  opened.defer(close);
  const drain = createDrain({ directory, segments, closeSegment, progress, onTrouble });
  let draining: Promise<unknown> | undefined;

  return {
    append,
    drain: async (take, limits) => {
      if (draining !== undefined) throw new Error('the spool is being drained already');
      const drained = drain(take, limits).finally(() => {
        draining = undefined;
      });
      draining = drained.catch(() => undefined);
      return drained;
    },
    depth: () => depthOf(segments),
    probe: createProbe(directory),
    close: async () => {
      await draining;
      await opened.disposeAsync();
    },
  };
}

function depthOf(segments: readonly Segment[]): Depth {
  return {
    messages: segments.reduce((sum, { messages }) => sum + messages, 0),
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestAt: segments.find(({ messages }) => messages > 0)?.oldestAt,
  };
}
