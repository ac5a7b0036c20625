import type { Random } from './random.ts';

/** A request as a vendor makes it up, with nothing in it yet that shows who sent it. */
export interface Draft {
  /** Which request of the customer it comes from, from 0. */
  readonly turn: number;
  /** What tells each of its callbacks from all others: request id and device, callback id, protocolo and status. */
  readonly keys: readonly string[];
  /** What happened, in few words of which there are few: `CarrierService activate`. */
  readonly kind: string;
  /** For people: the kind, and which of how many. */
  readonly what: string;
  /** Whether the vendor sends it again when it is not acknowledged. */
  readonly resent: boolean;
  /** How long after its turn it is sent. */
  readonly afterMs: number;
  /** Its bytes at an attempt, from 1. */
  body(attempt: number): string;
}

/** How much of what is made up; each vendor takes what concerns it. */
export interface DraftOptions {
  /** Requests of the customer, or for a vendor that is not asked, requests to the relay. */
  readonly count: number;
  /** Each request of the customer brings a callback of each. */
  readonly devices: number;
  /** Services to send for; empty: a mixture of all. */
  readonly services: readonly string[];
  /** One request brings up to so many callbacks. */
  readonly batch: number;
  /** Share of the requests that end in an error after the time-out, and in a success later. */
  readonly lateShare: number;
  /** Epoch ms at which the run pretends to begin, for times inside of bodies. */
  readonly now: number;
}

/** A vendor's file: what it sends, the same for the same random and options. */
export type Vendor = (random: Random, options: DraftOptions) => Iterable<Draft>;
