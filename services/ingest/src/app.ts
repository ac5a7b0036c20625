import { type Configuration, serves } from '@relay/config';
import type { Refusal, RequestHead } from '@relay/core';
import express, { type NextFunction, type Request, type Response } from 'express';
import { answerProbe } from './answer.ts';
import { createAstray } from './astray.ts';
import type { BodyRoom } from './body-room.ts';
import type { Handle } from './listener.ts';
import type { Locals, PlacedLocals } from './locals.ts';
import type { Places } from './places.ts';
import { readBody } from './read-body.ts';
import type { Receive } from './receive.ts';
import type { Refuse } from './refuse.ts';
import { originFormOf, pathOf } from './target.ts';

export interface AppOptions {
  readonly configuration: Pick<Configuration, 'endpoints'> & {
    readonly ingest: Pick<Configuration['ingest'], 'listeners' | 'trustProxy' | 'maxBodyBytes'>;
  };
  readonly places: Places;
  /** Of the configuration that is in force now. */
  readonly placesNow: () => Places;
  readonly bodyRoom: BodyRoom;
  readonly receive: Receive;
  readonly refuse: Refuse;
}

/**
 * What ingest does with a request under one configuration:
 *
 *   path known?     no, or its endpoint is not served by this listener: 404
 *   method          GET, HEAD: 200; others but POST: 405
 *   head            from another address: 403; without a secret that belongs there: 401
 *   body            encoded: 415; too large: 413; no room for it: 503; broken off: nothing
 *   receive         200, 400, 401, 413, 503
 *
 * What is refused before `receive` is not read to its end.
 */
export function createApp({ configuration, places, placesNow, bodyRoom, receive, refuse }: AppOptions): Handle {
  const { endpoints, ingest } = configuration;
  const astray = createAstray(endpoints, ingest.listeners);
  const bodies = { maxBytes: ingest.maxBodyBytes, room: bodyRoom };
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('trust proxy', [...ingest.trustProxy]);

  app.use((request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
    const { locals } = response;
    const path = pathOf(request.url);
    const place = places.find(path);
    if (place === undefined || !serves(locals.listener.plan(), place.endpoint.name)) {
      locals.astray = astray(request.method, path, place?.endpoint);
      return refuse(request, response, noSuchEndpoint);
    }
    locals.place = place;
    if (request.method === 'POST') return next();
    if (request.method === 'GET' || request.method === 'HEAD') return answerProbe(response);
    refuse(request, response, methodNotAllowed);
  });
  app.use(async (request: Request, response: Response<unknown, PlacedLocals>) => {
    const { locals } = response;
    const head: RequestHead = { headers: request.headers, ip: request.ip ?? '', target: request.originalUrl };
    const refusal = locals.place.source.admit(head);
    if (refusal !== undefined) return refuse(request, response, refusal);
    const reading = await readBody(request, bodies);
    if (reading === undefined) return;
    if ('refusal' in reading) return refuse(request, response, reading.refusal);
    const { body, giveBack } = reading;
    locals.bodyBytes = body.length;
    // Whoever receives it may have changed while the body came in: it is kept for those who read it now.
    const place = placesNow().find(pathOf(request.url));
    if (place === undefined) {
      giveBack();
      return refuse(request, response, noSuchEndpoint);
    }
    locals.place = place;
    await receive(request, response, { ...head, body, at: Date.now() }).finally(giveBack);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: Error, request: Request, response: Response<unknown, Locals>, _next: NextFunction) => {
    refuse(request, response, ourMistake, error);
  });

  return (request, response, listener) => {
    const locals: Locals = { startedAt: performance.now(), listener };
    // Express would fail on a host that is none, and quote it.
    request.url = originFormOf(request.url ?? '');
    app(request, Object.assign(response, { locals }));
  };
}

const noSuchEndpoint: Refusal = { code: 'no-such-endpoint', detail: 'No endpoint that is served here has this path' };
const methodNotAllowed: Refusal = { code: 'method-not-allowed', detail: 'Send the callback by POST' };
const ourMistake: Refusal = { code: 'not-kept', detail: 'Something went wrong here; the log has more' };
