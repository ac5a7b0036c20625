import type { ListenerPlan } from '@relay/config';
import type { Place } from './places.ts';

/** What is known of a request on its way: Express carries it from step to step as `response.locals`. */
export interface Locals {
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** What the listener where it came in goes by. */
  readonly listener: ListenerPlan;
  /** Where its path leads; undefined before that was looked up, and where it leads nowhere. */
  place?: Place;
  /** A path that leads nowhere, with no secret in it. */
  unknownPath?: string;
}

/** Of a request whose path leads somewhere. */
export interface PlacedLocals extends Locals {
  place: Place;
}
