import { type Depth, SpoolError } from '@relay/spool';
import type { Logger } from 'pino';

/** Knows whether the spool takes messages, and says what is wrong once per outage, not once per message. */
export interface SpoolWatch {
  /** The spool took a record. */
  took(): void;
  /** The spool did not take a record. */
  refused(error: unknown): void;
  /** The spool could not be drained. */
  failed(error: unknown): void;
  /** All that it held is in the log: what is wrong from now on is said again. */
  drained(): void;
  /** What keeps it from taking messages, in a sentence, as far as is known; or undefined. */
  trouble(): string | undefined;
}

export interface SpoolWatchOptions {
  readonly depth: () => Pick<Depth, 'bytes'>;
  readonly log: Logger;
}

/** A disk that failed is tried anew by every message; so long after a failure, nobody knows. */
const diskTroubleMs = 5_000;

export function createSpoolWatch({ depth, log }: SpoolWatchOptions): SpoolWatch {
  const said = new Set<string>();
  let refusal: { readonly sentence: string; readonly stands: () => boolean } | undefined;

  function say(error: unknown): string {
    const { code, message } = error instanceof SpoolError ? error : { code: 'OTHER', message: String(error) };
    if (!said.has(code)) log.error({ reason: message }, 'spool.trouble');
    said.add(code);
    return message;
  }

  return {
    took() {
      refusal = undefined;
    },
    refused(error) {
      const { bytes } = depth();
      const at = performance.now();
      const isFull = error instanceof SpoolError && error.code === 'FULL';
      const stands = isFull ? () => depth().bytes >= bytes : () => performance.now() - at < diskTroubleMs;
      refusal = { sentence: say(error), stands };
    },
    failed: say,
    drained() {
      said.clear();
    },
    trouble: () => (refusal?.stands() ? refusal.sentence : undefined),
  };
}
