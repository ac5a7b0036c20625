import type { Received } from '@relay/core';
import type { Journal, Keeping } from '@relay/journal';
import type { IngestMetrics } from '@relay/metrics';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { answerWith } from './answer.ts';
import type { PlacedLocals } from './locals.ts';
import type { RedisWatch } from './redis-watch.ts';
import type { Refuse } from './refuse.ts';
import { createToken } from './token.ts';
import { within } from './within.ts';

export type Receive = (
  request: Request,
  response: Response<unknown, PlacedLocals>,
  received: Received,
) => Promise<void>;

export interface ReceiveOptions {
  readonly keep: Journal['keep'];
  /** Whether logs and cursors are there, so that a message kept now is seen by every subscriber. */
  readonly applied: () => boolean;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly metrics: Pick<IngestMetrics, 'received'>;
  readonly refuse: Refuse;
  readonly log: Logger;
}

/** A vendor was seen to give up after about 4 s, and asks for an answer within 2. */
const keepLimitMs = 1_800;

/**
 * Station 1: what a request brings is verified, kept, and only then answered. A 2xx before the message is kept would lose it; a
 * non-2xx for anything but the callback itself and Redis would lose it as well, since vendors hardly repeat.
 */
export function createReceive({ keep, applied, redisWatch, metrics, refuse, log }: ReceiveOptions): Receive {
  return async (request, response, received) => {
    const { place, startedAt } = response.locals;
    const { endpoint, source } = place;
    const reading = source.read(received);
    if ('refusal' in reading) return refuse(request, response, reading.refusal);
    if (!applied()) return refuse(request, response, notApplied);

    let keepings: readonly Keeping[];
    try {
      keepings = await within(keepLimitMs, keep(endpoint.name, reading.messages, createToken()));
    } catch (error) {
      redisWatch.failed(error);
      return refuse(request, response, notKept);
    }
    answerWith(response, source.answer);

    const ms = performance.now() - startedAt;
    const rounded = Math.round(ms * 10) / 10;
    const results = keepings.map(({ fresh }) => (fresh ? 'kept' : 'duplicate'));
    metrics.received({ endpoint: endpoint.name, results, bytes: received.body.length, seconds: ms / 1000 });
    reading.messages.forEach(({ vendorAttempt, facts: { type, correlationId }, body: { length: bytes } }, number) => {
      const line = { endpoint: endpoint.name, ...keepings[number], type, correlationId, vendorAttempt, bytes };
      log.info({ ...line, ms: rounded }, 'message.received');
    });
    if (keepings.length === 0)
      log.info({ endpoint: endpoint.name, bytes: received.body.length, ms: rounded }, 'request.empty');
  };
}

const notApplied = { code: 'not-kept', detail: 'The configuration has not been applied to Redis yet' } as const;
const notKept = { code: 'not-kept', detail: 'Redis did not take the message in time' } as const;
