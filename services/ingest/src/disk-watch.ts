import type { DampedLog } from '@relay/metrics';
import type { Spool } from '@relay/spool';
import type { SpoolWatch } from './spool-watch.ts';
import { within } from './within.ts';

/** Knows whether the spool's disk takes writes, and how much: while Redis takes all messages nobody else finds out. */
export interface DiskWatch {
  /** What the disk has left, in bytes; 0 until it was looked at. */
  freeBytes(): number;
  /** That the disk has less left than the spool may still take, in a sentence, or undefined. */
  shortage(): string | undefined;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface DiskWatchOptions {
  readonly spool: Pick<Spool, 'probe' | 'depth'>;
  /** Of the spool. */
  readonly maxBytes: number;
  readonly spoolWatch: Pick<SpoolWatch, 'refused' | 'diskTook'>;
  readonly log: Pick<DampedLog, 'warn'>;
  readonly probeEveryMs?: number;
}

const usualProbeEveryMs = 5_000;
const probeLimitMs = 2_500;

export function createDiskWatch(options: DiskWatchOptions): DiskWatch {
  const { spool, maxBytes, spoolWatch, log, probeEveryMs = usualProbeEveryMs } = options;
  let freeBytes = 0;
  let isShort = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let work = look();

  async function look(): Promise<void> {
    try {
      note(await within(probeLimitMs, spool.probe()));
    } catch (error) {
      if (!closed) spoolWatch.refused(error);
    }
    if (closed) return;
    timer = setTimeout(() => {
      work = look();
    }, probeEveryMs);
  }

  function note(free: number): void {
    spoolWatch.diskTook();
    const before = isShort;
    freeBytes = free;
    isShort = free < maxBytes - spool.depth().bytes;
    if (isShort && !before) log.warn({ freeBytes, reason: tooSmall }, 'spool.warning');
  }

  return {
    freeBytes: () => freeBytes,
    shortage: () => (isShort ? tooSmall : undefined),
    async close() {
      closed = true;
      clearTimeout(timer);
      await work;
    },
  };
}

const tooSmall =
  'The disk under the spool has less left than the spool may still take: make room, or lower ingest.spool.max';
