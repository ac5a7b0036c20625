import type { Astray } from './astray.ts';
import type { Listener } from './listener.ts';
import type { Place } from './places.ts';

/** What is known of a request on its way: Express carries it from step to step as `response.locals`. */
export interface Locals {
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Where it came in. */
  readonly listener: Pick<Listener, 'name' | 'plan'>;
  /** Where its path leads; undefined before that was looked up, and where it leads nowhere. */
  place?: Place;
  /** Of one whose path leads nowhere. */
  astray?: Astray;
  /** Of its body, once that is here. */
  bodyBytes?: number;
}

/** Of a request whose path leads somewhere. */
export interface PlacedLocals extends Locals {
  place: Place;
}
