import type { Breaker } from '@relay/core';
import * as z from 'zod';
import { block, duration, wants } from './declare.ts';

/** `breaker` of a subscriber: when it is put on hold, and how often it is then looked at. */
export function declareBreaker() {
  return z
    .union([z.literal('off').transform(() => undefined), declareBlock()], {
      error: wants('must be off, or {failures, probes}'),
    })
    .prefault({});
}

function declareBlock() {
  const error = wants('must be a whole number from 1 to 1000');
  return block({
    failures: z
      .int({ error })
      .min(1, { error })
      .max(1000, { error })
      .default(10)
      .describe('So many failed attempts in a row put the subscriber on hold.'),
    probes: z
      .array(duration({ min: '100ms', max: '1d' }))
      .min(1, { error: wants('must not be an empty list') })
      .max(100, { error: wants('must have 100 steps at most; the last one repeats') })
      .prefault(['5s', '15s', '30s', '1m', '5m'])
      .describe('Waits before the first, second, … probe; the last one repeats.'),
  }).transform(({ failures, probes }): Breaker => ({ failures, probeMs: probes }));
}
