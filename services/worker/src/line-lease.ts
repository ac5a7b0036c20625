import { type Journal, type Led, leaseMs } from '@relay/journal';
import type { Insist } from './insist.ts';

/** How often a lease is renewed, in ms: three times may be missed. */
const renewEveryMs = 4_000;
/** Whoever was told that another process leads asks no sooner than after so long, in ms. */
const askAgainMs = 1_000;

export interface LineLeaseDeps {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly journal: Pick<Journal, 'lead' | 'stepDown'>;
  readonly insist: Insist;
}

/** Whether this process leads a cursor that is read in order. */
export interface LineLease {
  /** Leads for certain: by the process's own clock, nobody else can have begun to. */
  leads(): boolean;
  /** Reads at most so many, or none, and leads for longer; see `Journal.lead`. One call at a time. */
  ask(count: number): Promise<Led>;
  /** In how many ms it is to be renewed, or may be asked for again. */
  dueInMs(): number;
  /** The next answer shall be everything that is pending or open. */
  doubt(): void;
  /** Lets another process lead. */
  end(): Promise<void>;
}

export function createLineLease({ endpoint, subscriber, journal, insist }: LineLeaseDeps): LineLease {
  const now = () => performance.now();
  let serial: string | undefined;
  let ledUntil = Number.NEGATIVE_INFINITY;
  let dueAt = Number.NEGATIVE_INFINITY;

  return {
    leads: () => now() < ledUntil,
    async ask(count) {
      let askedAt = now();
      const led = await insist(() => {
        askedAt = now();
        const known = serial;
        // Until there is an answer: one that is lost may have brought messages.
        serial = undefined;
        return journal.lead(endpoint, subscriber, { serial: known, count });
      });
      serial = led.leads ? led.serial : undefined;
      ledUntil = led.leads ? askedAt + leaseMs : Number.NEGATIVE_INFINITY;
      dueAt = led.leads ? askedAt + renewEveryMs : now() + Math.min(led.forMs, askAgainMs);
      return led;
    },
    dueInMs: () => Math.max(0, dueAt - now()),
    doubt() {
      serial = undefined;
      dueAt = Number.NEGATIVE_INFINITY;
    },
    async end() {
      // Without a serial an answer was lost, or doubted: then it runs out by itself.
      if (now() >= ledUntil || serial === undefined) return;
      ledUntil = Number.NEGATIVE_INFINITY;
      await journal.stepDown(endpoint, subscriber, serial);
    },
  };
}
