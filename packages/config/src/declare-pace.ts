import type { Rate } from '@relay/core';
import * as z from 'zod';
import { block, duration, jsonPattern, wants } from './declare.ts';
import { formatDuration } from './duration.ts';
import { parseRate, ratePattern } from './rate.ts';

const usualConnectMs = 5_000;

/** `timeout`: for a whole attempt, or for its parts. */
export function declareTimeout() {
  return z
    .union([total().transform((ms) => ({ total: ms })), parts()], {
      error: wants('must be a duration such as 15s, or {connect: 5s, total: 15s}'),
    })
    .transform((timeout) => ({ connect: Math.min(usualConnectMs, timeout.total), ...timeout }));
}

function parts() {
  return block({
    connect: duration({ min: '10ms', max: '10m' })
      .exactOptional()
      .describe('Until there is a connection, TLS included. The default is 5s, or the total where that is shorter.'),
    total: total().prefault('15s').describe('For one whole attempt, from the connection to the answer.'),
  }).superRefine((timeout, context) => {
    if (timeout.connect === undefined || timeout.connect <= timeout.total) return;
    const message = `must not be longer than the total, which is ${formatDuration(timeout.total)}`;
    context.addIssue({ code: 'custom', message, path: ['connect'] });
  });
}

function total() {
  return duration({ min: '100ms', max: '10m' });
}

export function declareConcurrency() {
  const error = wants('must be a whole number from 1 to 1000');
  return z.int({ error }).min(1, { error }).max(1000, { error });
}

/** `rate`: attempts by all workers together. */
export function declareRate() {
  const sentence = 'must be a rate such as 50/s, 600/m or 1000/h, with six digits at most';
  return z
    .string({ error: wants(sentence) })
    .meta({ pattern: jsonPattern(ratePattern) })
    .transform((written, context): Rate => {
      const rate = parseRate(written);
      if (rate !== undefined && rate.count > 0) return rate;
      const message = rate === undefined ? sentence : 'must be 1 at least; relay subscribers pause stops a subscriber';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

/** `ordered`: all messages of an endpoint in one line, or a line for each device. */
export function declareOrdered() {
  const byDevice = block({
    by: z
      .literal('device', { error: wants('must be device') })
      .describe('`device`: the order of each device, while others go on.'),
  });
  return z
    .union([z.boolean(), byDevice], { error: wants('must be true, false or {by: device}') })
    .transform((ordered): 'endpoint' | 'device' | undefined => {
      if (typeof ordered === 'object') return 'device';
      return ordered ? 'endpoint' : undefined;
    });
}
