import { type Endpoint, type Refusal, refusals } from '@relay/core';
import type { IngestMetrics } from '@relay/metrics';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { answerRefusal } from './answer.ts';
import type { Locals } from './locals.ts';

export type Refuse = (request: Request, response: Response<unknown, Locals>, refusal: Refusal, cause?: unknown) => void;

/** Answers, counts and logs that a callback is not taken. That Redis is away is said elsewhere, once per outage. */
export function createRefuse({ metrics, log }: { metrics: Pick<IngestMetrics, 'received'>; log: Logger }): Refuse {
  return (request, response, refusal, cause) => {
    const { place, astray, listener, startedAt, bodyBytes: bytes = 0 } = response.locals;
    const { code } = refusal;
    const endpoint = place?.endpoint.name ?? astray?.endpoint;
    answerRefusal(response, refusal, place && challengeOf(place.endpoint));
    const ms = performance.now() - startedAt;
    metrics.received({ endpoint, results: [code], bytes, seconds: ms / 1000 });
    if (code === 'not-kept' && cause === undefined) return;
    const line = {
      endpoint,
      code,
      status: refusals[code].status,
      detail: refusal.detail,
      ip: request.ip,
      ...(astray && { listener: listener.name, ...astray }),
      bytes,
      ms: Math.round(ms),
    };
    if (code === 'not-kept') log.error({ ...line, err: cause }, 'message.refused');
    else log.warn(line, 'message.refused');
  };
}

/** Undefined where nothing is expected in `Authorization`. */
function challengeOf({ verify: { basic, bearer } }: Endpoint): string | undefined {
  if (basic !== undefined) return 'Basic realm="callbacks", charset="UTF-8"';
  return bearer === undefined ? undefined : 'Bearer realm="callbacks"';
}
