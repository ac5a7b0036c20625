import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Refusal, refusals } from '@relay/core';
import { endSoon, hasLittleLeft } from './rest.ts';

/** After an outage of seconds a vendor need not wait for minutes. */
const retryAfterSeconds = 5;

/** Answers as the source wants it. */
export function answerWith(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer).end(answer.body);
}

/**
 * Answers with a problem (RFC 9457), whether the request is here whole or not. A sender that has hung up hears nothing.
 * `challenge` is how to authenticate: some vendors send their first request without credentials and wait to be asked for them.
 */
export function answerRefusal(
  response: ServerResponse<IncomingMessage>,
  { code, detail }: Refusal,
  challenge?: string,
): void {
  const { status, title } = refusals[code];
  const body = JSON.stringify({ type: `urn:callback-relay:${code}`, title, status, code, detail });
  if (code === 'not-kept') response.setHeader('retry-after', retryAfterSeconds);
  if (code === 'unauthorized' && challenge !== undefined) response.setHeader('www-authenticate', challenge);
  if (code === 'method-not-allowed') response.setHeader('allow', 'GET, HEAD, POST');
  const staysOpen = hasLittleLeft(response.req);
  if (!staysOpen) response.shouldKeepAlive = false;
  writeHead(response, { status, contentType: 'application/problem+json', body }).write(body);
  if (staysOpen) response.end();
  else endSoon(response);
}

/** Vendors and people look whether something is there. */
export function answerProbe(response: ServerResponse<IncomingMessage>): void {
  answerWith(response, {
    status: 200,
    contentType: 'text/plain; charset=utf-8',
    body: 'Callbacks are taken here by POST.\n',
  });
}

function writeHead<R extends ServerResponse>(response: R, { status, contentType, body }: Answer): R {
  const headers = { 'content-length': Buffer.byteLength(body) };
  return response.writeHead(status, contentType === undefined ? headers : { ...headers, 'content-type': contentType });
}
