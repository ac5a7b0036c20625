import type { Received } from '@relay/core';
import type { IngestMetrics } from '@relay/metrics';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { answerWith } from './answer.ts';
import { headersToKeep } from './headers-to-keep.ts';
import type { KeepOrSpool, Kept } from './keep-or-spool.ts';
import type { PlacedLocals } from './locals.ts';
import type { Refuse } from './refuse.ts';

export type Receive = (
  request: Request,
  response: Response<unknown, PlacedLocals>,
  received: Received,
) => Promise<void>;

export interface ReceiveOptions {
  readonly keepOrSpool: KeepOrSpool;
  readonly metrics: Pick<IngestMetrics, 'received'>;
  readonly refuse: Refuse;
  readonly log: Logger;
}

/**
 * Station 1: what a request brings is verified, kept, and only then answered. A 2xx before the message is kept would lose it; a
 * non-2xx for anything but the callback itself, and Redis and disk together, would lose it as well, since vendors hardly repeat.
 */
export function createReceive({ keepOrSpool, metrics, refuse, log }: ReceiveOptions): Receive {
  return async (request, response, received) => {
    const { place, startedAt } = response.locals;
    const { endpoint, source } = place;
    const reading = source.read(received);
    if ('refusal' in reading) return refuse(request, response, reading.refusal);
    const headers = headersToKeep(received.headers, endpoint.keptHeaders);
    const messages = headers === undefined ? reading.messages : reading.messages.map((one) => ({ ...one, headers }));
    const kept = await keepOrSpool(endpoint.name, messages);
    if (kept.where === 'nowhere') return refuse(request, response, notKept);
    answerWith(response, source.answer);

    const ms = performance.now() - startedAt;
    const rounded = Math.round(ms * 10) / 10;
    const results = messages.map((_, number) => resultOf(kept, number));
    metrics.received({ endpoint: endpoint.name, results, bytes: received.body.length, seconds: ms / 1000 });
    messages.forEach(({ vendorAttempt, facts: { type, correlationId }, body: { length: bytes } }, number) => {
      const safe = kept.where === 'log' ? kept.keepings[number] : { spooled: true };
      const line = { endpoint: endpoint.name, ...safe, type, correlationId, vendorAttempt, bytes };
      log.info({ ...line, ms: rounded }, 'message.received');
    });
    if (messages.length === 0)
      log.info({ endpoint: endpoint.name, bytes: received.body.length, ms: rounded }, 'request.empty');
  };
}

function resultOf(kept: Kept, number: number): 'kept' | 'duplicate' | 'spooled' {
  if (kept.where !== 'log') return 'spooled';
  return kept.keepings[number]?.fresh ? 'kept' : 'duplicate';
}

const notKept = { code: 'not-kept', detail: 'Neither Redis nor the disk took the message in time' } as const;
