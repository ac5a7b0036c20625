import type { EndpointName } from './callback.ts';

/**
 * How a subscriber behaves:
 *   steady     answers 200 at once
 *   slow       answers 200 after one to three seconds
 *   failing    answers 503 half of the time
 *   flapping   breaks every connection off for a while, is steady for as long
 */
export type Manner = 'steady' | 'slow' | 'failing' | 'flapping';

export interface Subscriber {
  readonly name: string;
  readonly manner: Manner;
  readonly receives: readonly EndpointName[];
}

/** Those that answer at once show how soon the relay is back; the others, that their trouble is nobody else's. */
export const subscribers: readonly Subscriber[] = [
  { name: 'steady-1', manner: 'steady', receives: ['carrier', 'acs', 'calls'] },
  { name: 'steady-2', manner: 'steady', receives: ['carrier', 'acs', 'calls'] },
  { name: 'slow', manner: 'slow', receives: ['calls'] },
  { name: 'failing', manner: 'failing', receives: ['carrier'] },
  { name: 'flapping', manner: 'flapping', receives: ['acs'] },
];

/** More than the slow one needs for its share at the usual rate with one worker. */
const concurrency = 64;
const retry = { schedule: ['500ms', '1s', '2s'], maxAge: '1d' };
/** It is no matter of minutes whether everything has arrived in the end. */
const breaker = { failures: 10, probes: ['500ms', '1s'] };

/** As it stands in relay.yaml. */
export function configured({ name, receives }: Subscriber, url: string): object {
  return { name, url, receives, concurrency, retry, breaker };
}
