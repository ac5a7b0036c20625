import { type Configuration, serves } from '@relay/config';
import type { Refusal } from '@relay/core';
import express, { type NextFunction, type Request, type Response } from 'express';
import { answerProbe } from './answer.ts';
import type { BodyRoom } from './body-room.ts';
import type { Handle } from './listener.ts';
import type { Locals } from './locals.ts';
import { createPlaces } from './places.ts';
import type { Receive } from './receive.ts';
import type { Refuse } from './refuse.ts';
import { originFormOf, pathOf } from './target.ts';

export interface AppOptions {
  readonly endpoints: Configuration['endpoints'];
  readonly ingest: Pick<Configuration['ingest'], 'trustProxy' | 'maxBodyBytes'>;
  readonly bodyRoom: BodyRoom;
  readonly receive: Receive;
  readonly refuse: Refuse;
}

/**
 * What ingest does with a request under one configuration:
 *
 *   path known?     no, or its endpoint is not served by this listener: 404
 *   method          GET, HEAD: 200; others but POST: 405
 *   room for body   no: 503
 *   body            encoded: 415; too large: 413; broken off: nothing
 *   receive         200, 400, 401, 403, 413, 503
 */
export function createApp({ endpoints, ingest, bodyRoom, receive, refuse }: AppOptions): Handle {
  const places = createPlaces(endpoints);
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('trust proxy', [...ingest.trustProxy]);

  app.use((request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
    const { locals } = response;
    const path = pathOf(request.url);
    const place = places.find(path);
    if (place === undefined || !serves(locals.listener, place.endpoint.name)) {
      locals.unknownPath = place?.endpoint.path ?? places.withoutSecrets(path);
      return refuse(request, response, noSuchEndpoint);
    }
    locals.place = place;
    if (request.method === 'POST') return next();
    if (request.method === 'GET' || request.method === 'HEAD') return answerProbe(response);
    refuse(request, response, methodNotAllowed);
  });
  app.use((request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
    // A body without its length may become as large as any; one that says to be larger is refused before it is read.
    const bytes = Number(request.headers['content-length'] ?? ingest.maxBodyBytes);
    const giveBack = bodyRoom.take(Math.min(bytes, ingest.maxBodyBytes));
    if (giveBack === undefined) return refuse(request, response, noRoom);
    response.once('close', giveBack);
    next();
  });
  app.use(express.raw({ type: () => true, limit: ingest.maxBodyBytes, inflate: false }));
  app.use(receive);
  // Express knows an error handler by its four parameters.
  app.use((error: Error, request: Request, response: Response<unknown, Locals>, _next: NextFunction) => {
    if (request.destroyed && !request.complete) return;
    refuse(request, response, refusalOf(error, ingest.maxBodyBytes), error);
  });

  return (request, response, listener) => {
    const locals: Locals = { startedAt: performance.now(), listener };
    // Express would fail on a host that is none, and quote it.
    request.url = originFormOf(request.url ?? '');
    app(request, Object.assign(response, { locals }));
  };
}

const noSuchEndpoint: Refusal = { code: 'no-such-endpoint', detail: 'No endpoint that is served here has this path' };
const noRoom: Refusal = { code: 'not-kept', detail: 'Too many bodies are being read at once' };
const methodNotAllowed: Refusal = { code: 'method-not-allowed', detail: 'Send the callback by POST' };

/** What the reading of the body, which knows HTTP statuses, could not do; anything else is our own mistake. */
function refusalOf(error: Error, maxBodyBytes: number): Refusal {
  const status = 'status' in error ? error.status : undefined;
  if (status === 413) return { code: 'too-large', detail: `ingest.maxBody is ${maxBodyBytes} bytes` };
  if (status === 415)
    return { code: 'unsupported-encoding', detail: 'Send the body as it is, without content-encoding' };
  if (status === 400) return { code: 'unreadable', detail: 'The body is not as long as its content-length says' };
  return { code: 'not-kept', detail: 'Something went wrong here; the log has more' };
}
