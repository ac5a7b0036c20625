import type { Random } from '@relay/simulators';
import type { Schedulable } from './schedule.ts';
import type { WholeRelay } from './whole-relay.ts';

/** One way to break the relay or what it stands on. */
export interface Fault extends Schedulable {
  /** As it is printed. */
  readonly says: string;
  /** Breaks it; resolves with what it chose, if there was a choice, and how to mend it, if that does not come by itself. */
  begin(relay: WholeRelay, random: Random): Promise<Broken>;
}

export interface Broken {
  readonly what?: string;
  /** How a process ended that was told to. */
  readonly end?: number | NodeJS.Signals;
  /** Workers lose their connections to Redis, or it falls silent for them. */
  readonly cutsOffWorkers?: boolean;
  mend?(): Promise<void>;
}

/** A fault as it came about. Times are epoch ms. */
export interface Happened {
  readonly name: string;
  readonly track: Fault['track'];
  /** What was chosen, such as a part's name. */
  readonly what: string;
  readonly end?: number | NodeJS.Signals | undefined;
  readonly cutsOffWorkers: boolean;
  readonly begunAt: number;
  /** When it was broken for certain, such as a killed process gone. */
  readonly brokenAt: number;
  readonly endedAt: number;
}
