import type { DampedLog } from '@relay/metrics';
import { type Depth, SpoolError } from '@relay/spool';

/** Knows whether the spool takes messages, and says what is wrong once per outage, not once per message. */
export interface SpoolWatch {
  /** The spool took a record. */
  took(): void;
  /** The spool did not take a record, or its disk a write. */
  refused(error: unknown): void;
  /** Its disk takes writes; whether the spool is full is another matter. */
  diskTook(): void;
  /** The spool could not be drained. */
  failed(error: unknown): void;
  /** All that it held is in the log: what is wrong with draining from now on is said again. */
  drained(): void;
  /** What keeps it from taking messages, in a sentence, as far as is known; or undefined. */
  trouble(): string | undefined;
  /** Whether its disk takes writes, as far as is known. */
  diskTakes(): boolean;
}

export interface SpoolWatchOptions {
  readonly depth: () => Pick<Depth, 'bytes'>;
  readonly log: Pick<DampedLog, 'error' | 'info'>;
}

interface Refusal {
  readonly sentence: string;
  /** What the spool held when it was full; undefined when it was not. */
  readonly fullAt: number | undefined;
}

export function createSpoolWatch({ depth, log }: SpoolWatchOptions): SpoolWatch {
  const saidOfTaking = new Set<string>();
  const saidOfDraining = new Set<string>();
  let refusal: Refusal | undefined;
  let since = 0;

  function say(error: unknown, said: Set<string>): string {
    const { code, message } = error instanceof SpoolError ? error : { code: 'OTHER', message: sentenceOf(error) };
    if (!said.has(code)) log.error({ reason: message }, 'spool.trouble');
    said.add(code);
    return message;
  }

  /** A disk that failed does so until it takes something, a spool that was full until it holds less. */
  function stands({ fullAt }: Refusal): boolean {
    return fullAt === undefined || depth().bytes >= fullAt;
  }

  function mended(): void {
    if (refusal === undefined) return;
    refusal = undefined;
    saidOfTaking.clear();
    log.info({ troubleMs: Math.round(performance.now() - since) }, 'spool.mended');
  }

  return {
    took: mended,
    refused(error) {
      if (refusal === undefined) since = performance.now();
      const isFull = error instanceof SpoolError && error.code === 'FULL';
      refusal = { sentence: say(error, saidOfTaking), fullAt: isFull ? depth().bytes : undefined };
    },
    diskTook() {
      if (refusal?.fullAt === undefined || !stands(refusal)) mended();
    },
    failed: (error) => void say(error, saidOfDraining),
    drained: () => saidOfDraining.clear(),
    trouble: () => (refusal !== undefined && stands(refusal) ? refusal.sentence : undefined),
    diskTakes: () => refusal === undefined || refusal.fullAt !== undefined,
  };
}

function sentenceOf(error: unknown): string {
  return `The spool fails: ${error instanceof Error ? error.message : String(error)}`;
}
